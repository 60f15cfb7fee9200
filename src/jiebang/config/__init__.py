"""How the parts are put together into one Django site, and what an installation may set."""
