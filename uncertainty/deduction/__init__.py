"""From a variance to a credited value."""
