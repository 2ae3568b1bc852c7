"""The page of a laboratory."""
