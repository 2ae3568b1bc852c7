"""What a soil model needs to know: parameter sets, tables, typed inputs, checks of them, and domains it refuses."""
