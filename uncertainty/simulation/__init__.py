"""Landscapes and campaigns with known truth, for tests and pages; not in the wheel."""
