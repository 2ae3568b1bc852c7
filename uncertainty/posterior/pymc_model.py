"""The declaration as a PyMC model: the reference the exact engine is held against."""
