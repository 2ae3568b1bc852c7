"""How many samples, how they are shared out, and where they lie."""
