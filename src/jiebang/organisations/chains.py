"""The keys of the ledger's chains: one for each bureau, one for what concerns organisations alone."""

#: Organisations belong to no bureau, so what concerns only themselves is kept in a chain of its own.
ORGANISATIONS_CHAIN = "enrolment:organisations"
_BUREAU = "bureau:"


def chain_of_bureau(bureau_id: int) -> str:
    """The chain of a bureau."""
    return f"{_BUREAU}{bureau_id}"


def bureau_of_chain(key: str) -> int | None:
    """Whose chain it is; None for a key that is no bureau's."""
    number = key.removeprefix(_BUREAU)
    return int(number) if key.startswith(_BUREAU) and number.isdecimal() else None
