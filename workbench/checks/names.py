"""Links every name of the source to its rendering, and lists names rendered in several ways."""
