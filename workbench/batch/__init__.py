"""Many files as one job that can be interrupted: found, read, translated, written, reported."""
