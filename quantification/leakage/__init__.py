"""Leakage (VM0042 section 8.4): organic amendments, displaced production, diverted residues.

All leakage is a total of the whole project. VMD0054 has one module per edition, because the same number names
different equations in v1.0 and v1.1. Sharing leakage between reductions and removals (Eqs. 38 to 43) stands in
``quantification/accounting/vm0042/``.
"""
