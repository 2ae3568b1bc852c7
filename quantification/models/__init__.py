"""Soil carbon process models on one linear-compartment kernel."""
