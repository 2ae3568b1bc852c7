"""Raw files to tables by a mapping: every decision is told, every row has its way back."""
