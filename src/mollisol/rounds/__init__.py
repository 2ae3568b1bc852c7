"""Two rounds of a project held beside each other: what changed, and what each change moved."""
