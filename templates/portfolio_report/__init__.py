"""The page of a portfolio."""
