"""Integrals over a few numbers by importance sampling on quasi-random points, and an ensemble to fall back on."""
