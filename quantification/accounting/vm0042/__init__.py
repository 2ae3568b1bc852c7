"""Sections 8.5 to 8.7 of VM0042: the deduction, reductions and removals, leakage, buffer and verified units."""
