"""The page of a project under several programmes."""
