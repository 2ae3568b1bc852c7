"""What each route would credit of a period, and which of them issues."""
