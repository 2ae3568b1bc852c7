"""Many projects under several rules: made with known truth, run with the same draws, reported and gamed."""
