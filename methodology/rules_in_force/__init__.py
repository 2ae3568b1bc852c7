"""Dated, cited rules: what files hold, the set of them, and the values that clocks choose."""
