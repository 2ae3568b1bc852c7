"""The change of a period for each kind of baseline."""
