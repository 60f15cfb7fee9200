"""Giving a programme a chain of signatures after it has begun: a test's own short way, installations only enter one."""

from jiebang.organisations.models import Programme


def set_chain(programme: Programme, kind: str, *positions: str) -> None:
    """From now on these positions sign, in order, at this kind of stage and at no other."""
    programme.sign_off_chains = {kind: list(positions)}
    programme.save(update_fields=["sign_off_chains"])
