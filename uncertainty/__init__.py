"""Doubt: sampling error, degrees of freedom, deduction."""
