"""The append-only record of every act: one hash chain per bureau, guarded by the database, verifiable by anybody.

`append` writes, `triggers` makes the database refuse everything else, `verify` checks a stored chain, `export` hands
it out, `verify_file` lets a stranger check what was handed out, `merkle` proves what was published.
"""
