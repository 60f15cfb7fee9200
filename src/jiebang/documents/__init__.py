"""Uploaded files: kept by their content, found again by those who may read them."""
