"""Bundles, written and read."""
