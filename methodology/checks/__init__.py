"""Checks that hold a project against the rules; each gives findings and computes nothing else."""
