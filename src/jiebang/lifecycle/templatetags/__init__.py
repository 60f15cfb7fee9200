"""What every template needs to show instants."""
