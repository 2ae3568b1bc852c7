"""Land, places and measured values that several projects hold."""
