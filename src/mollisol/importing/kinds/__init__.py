"""Kinds of mappings: rows of cells to rows of our tables, one module a kind."""
