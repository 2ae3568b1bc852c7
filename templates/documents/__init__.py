"""Documents on paper from a page of ours: the page as blocks, PDF, Word."""
