"""Bringing a city up: a file that says who there is and what is run, applied through the acts; and what an installation needs."""
