"""Reports text that is written to a machine, not to a reader, and text that nobody sees."""
