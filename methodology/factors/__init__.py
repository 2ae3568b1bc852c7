"""Default and project-specific factors: tables with source and status, look-ups, and the end of the range to take."""
