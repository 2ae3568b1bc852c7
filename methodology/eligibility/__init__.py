"""Eligibility and boundary (VM0042 v2.2 sections 4 to 8.4): typed facts, and checks that give findings.

A check takes facts and thresholds and never computes a statistic: a p-value, a mean over the look-back period or a
share of the benefit is an input. All thresholds stand in ``thresholds.py``, so that a rule set can replace them.
"""
