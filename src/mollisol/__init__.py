"""Soil-carbon credits from raw field data, with the uncertainty computed."""
