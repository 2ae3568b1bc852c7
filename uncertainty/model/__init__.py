"""Errors of the predictions of a soil model."""
