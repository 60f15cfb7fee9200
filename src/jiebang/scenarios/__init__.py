"""Whole lives of a challenge as readable YAML, run through the door with real roles: tests, demo data and documentation at once."""
