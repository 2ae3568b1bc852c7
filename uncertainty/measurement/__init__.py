"""Errors of cores, laboratory and spectroscopy."""
