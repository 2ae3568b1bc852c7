"""Whether control sites are like the project."""
