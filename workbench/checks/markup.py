"""Holds that tags, placeholders, addresses and code come through as they are."""
