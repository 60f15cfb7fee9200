"""Bids and registrations: handed in within their window, corrected when returned."""
