"""What templates need to show things."""
