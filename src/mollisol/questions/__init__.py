"""Questions put to a whole project: its tables held against each other. A function gives findings alone."""
