"""A re-measurement beside its forecast."""
