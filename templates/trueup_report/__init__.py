"""The true-up report: what was forecast, what was measured again, and what changes from here on."""
