"""A number followed to its rows and clauses, and records drawn to be vouched."""
