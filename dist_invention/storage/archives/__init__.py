"""Runs and foreign results: found, read whole, bundled, verified."""
