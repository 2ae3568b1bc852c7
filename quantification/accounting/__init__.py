"""From verified amounts to units: what all programmes share, and one folder for the equations of each programme."""
