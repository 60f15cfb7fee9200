"""What can be done with files: one use case, one file."""
