"""Notices with their days, and objections to them."""
