"""Experts' marks and what becomes of them."""
