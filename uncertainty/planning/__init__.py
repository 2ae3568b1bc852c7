"""How many samples, and how they are shared out."""
