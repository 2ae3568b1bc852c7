"""Sections 8.5 and 8.7 of VM0042: reductions and removals, what of leakage comes off, buffer and verified units."""
