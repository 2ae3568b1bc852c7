"""What a run computed, as typed values."""
