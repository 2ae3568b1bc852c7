"""Leads for an auditor: what is odd in a project, ranked by how few honest projects show as much."""
