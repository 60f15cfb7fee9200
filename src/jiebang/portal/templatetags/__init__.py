"""What templates of the public site need to show things."""
