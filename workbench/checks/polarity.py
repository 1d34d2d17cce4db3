"""Compares negation and questions of source and target."""
