"""The page of the difference of two rounds."""
