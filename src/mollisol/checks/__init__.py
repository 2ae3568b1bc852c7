"""Declarations and computed amounts held against rules where arithmetic is needed."""
