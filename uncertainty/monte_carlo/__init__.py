"""Joint draws."""
