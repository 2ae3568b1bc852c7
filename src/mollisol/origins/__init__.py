"""Of which quantities each figure of the results is made."""
