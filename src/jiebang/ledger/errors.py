"""What can go wrong with the ledger."""

from jiebang.kernel.errors import JiebangError


class LedgerError(JiebangError):
    """The ledger refuses what was asked of it."""


class OutsideTransaction(LedgerError):
    """An entry would be written without the change that it records."""


class UnguardedLedger(LedgerError):
    """The database doesn't refuse changes to the ledger."""


class UnknownChain(LedgerError):
    """No chain has this key."""
