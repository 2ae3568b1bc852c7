"""A bundle performed again and compared."""
