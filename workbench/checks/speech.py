"""Follows who speaks, and in which Korean speech level."""
