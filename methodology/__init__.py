"""What the documents say: typed domain objects, dated rule files, findings."""
