"""What can be done with bodies, people and accounts: one use case, one file, each with an entry in the ledger."""
