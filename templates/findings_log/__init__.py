"""The page of a findings log."""
