"""Rules held against each other and against the code."""
