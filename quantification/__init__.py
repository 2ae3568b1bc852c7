"""The equations and the process models: pure functions of numbers and arrays."""
