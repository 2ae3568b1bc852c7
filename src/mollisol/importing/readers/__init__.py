"""Readers: a raw file to rows of cells, each with its place."""
