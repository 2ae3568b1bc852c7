"""Statistics of misstatement."""
