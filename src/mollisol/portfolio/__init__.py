"""Many projects and their bundles in one store; sums with shared errors; overlaps."""
