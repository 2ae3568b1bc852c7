"""Soil models calibrated and validated on trials."""
