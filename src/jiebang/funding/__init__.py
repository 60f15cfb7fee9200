"""Amounts computed by the pack, signed off and recorded as paid, in double entry."""
