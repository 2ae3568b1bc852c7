"""Where a project lies: outlines, areas, points, control sites, and land that two of them hold."""
