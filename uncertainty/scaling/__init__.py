"""From samples to the area."""
