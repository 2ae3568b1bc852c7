"""A change split into reductions and removals, less the buffer, counted in units."""
