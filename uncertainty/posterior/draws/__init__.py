"""Draws of a posterior point by point, and one tree of them that ArviZ reads."""
