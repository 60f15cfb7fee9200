"""Regulations as data: schema, strict loading, compilation, verdicts, amounts, deadlines, processes. No Django here."""
