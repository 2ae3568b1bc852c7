"""The model validation report: what the page prints, its figures, and how it is rendered."""
