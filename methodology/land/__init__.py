"""The land of a project: its fields, and what of it a period covers."""
