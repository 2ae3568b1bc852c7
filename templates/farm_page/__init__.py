"""A page for each farm, in plain words."""
