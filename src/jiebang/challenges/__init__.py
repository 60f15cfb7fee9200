"""From needs to an announced list of challenges."""
