"""Results: collected ready-made, or born of an accepted project."""
