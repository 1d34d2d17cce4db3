"""File formats of the trade. To add one, write a module with functions that read and write it."""
