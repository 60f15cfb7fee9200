"""What a notice is over: one thing, or several beside one another, of which an objection names the one it is against."""

from __future__ import annotations

from jiebang.lifecycle.known import alive_below
from jiebang.lifecycle.models import Subject

#: What an objection names that is against the notice as a whole.
WHOLE = "whole"
#: What stands on notice with a challenge, in what it has become where it has.
_KINDS = ("project", "bid")


def things_on_notice(subject: Subject) -> list[Subject]:
    """The winners or lanes that a notice over a challenge is about and that are still in it; none of any other notice."""
    if subject.kind != "challenge":
        return []
    return next((found for kind in _KINDS if (found := alive_below(subject, kind))), [])


def choices_on_notice(subject: Subject) -> dict[str, str]:
    """What an objection may name, {key: in words}; empty where the notice is over one thing alone and nothing needs naming.

    In the words of the notice itself, which says who is to be chosen; numbers only where that tells nothing apart.
    """
    things = things_on_notice(subject)
    if len(things) < 2:
        return {}
    names = [name_on_notice(one) for one in things]
    named = {
        str(one.pk): f"{name}（{one.number}）" if names.count(name) > 1 else name
        for one, name in zip(things, names, strict=True)
    }
    return {**named, WHOLE: "整个公示，不只其中一个"}


def name_on_notice(thing: Subject) -> str:
    """A winner or lane as the public knows it: by whose it is."""
    return thing.whose.name if thing.whose is not None else thing.title
