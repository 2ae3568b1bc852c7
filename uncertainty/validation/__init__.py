"""Statistics of the validation of a process model (VMD0053 section 5.2), and what the printed gates hide."""
