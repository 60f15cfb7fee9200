"""Facts that each organisation in a role says for itself: whose words count, and what they come to together.

Where several hold one role, the word of one isn't the others' (docs/decisions/0014). The words are recorded one by one; rules
look at what they come to: true once every holder has said so, false as soon as one has said no, unknown until then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle.models import FactEntry, Participation, Subject
from jiebang.organisations.models import Organisation
from jiebang.policy.pack_facts import Source
from jiebang.policy.situation import RANK
from jiebang.policy.values import FLAG, read_value


def holders_of_each(
    families: Mapping[int, Sequence[Subject]], roles: Iterable[str]
) -> dict[int, dict[str, set[int]]]:
    """{a thing's key: {role: organisations}} of who holds some roles for things, each given with its lineage, nearest first.

    Who is appointed to the batch and bids for the challenge judges nothing of it (`roles_of`): its word isn't waited for.
    """
    every = {one.pk: one for family in families.values() for one in family}
    rows = list(
        Participation.objects.filter(
            subject__in=every, role__in=set(roles), until_at__isnull=True
        ).values_list("subject_id", "role", "organisation_id")
    )
    interested: dict[int, set[int]] = {}
    if any(every[subject].kind == "batch" for subject, _, _ in rows):
        bids = Subject.objects.filter(
            kind="bid", parent__in=[one.pk for one in every.values() if one.kind == "challenge"]
        )
        parts = Participation.objects.filter(subject__in=bids, until_at__isnull=True)
        for challenge, organisation in [
            *bids.filter(lead__isnull=False).values_list("parent_id", "lead_id"),
            *parts.values_list("subject__parent_id", "organisation_id"),
        ]:
            interested.setdefault(challenge or 0, set()).add(organisation or 0)
    found: dict[int, dict[str, set[int]]] = {}
    for key, family in families.items():
        near = {one.pk for one in family}
        challenge = next((one.pk for one in family if one.kind == "challenge"), 0)
        for subject, role, organisation in rows:
            judges = every[subject].kind != "batch" or organisation not in interested.get(challenge, set())
            if subject in near and judges:
                found.setdefault(key, {}).setdefault(role, set()).add(organisation)
    return found


def come_to(words: Mapping[int, dict[str, Any]], holders: Collection[int]) -> dict[str, Any] | None:
    """What the words of some holders come to, in the form of a facts file; None while it isn't known.

    It counts as no more than the weakest word it rests on, and as of no later day. One that can't be read is returned for the
    reader to refuse.
    """
    spoken = [words[one] for one in sorted(holders) if one in words]
    if (unread := next((one for one in spoken if says(one["value"]) is None), None)) is not None:
        return unread
    against = [one for one in spoken if not says(one["value"])]
    if not against and (not holders or len(spoken) < len(holders)):
        return None
    resting = against[:1] or spoken
    return {
        "value": not against,
        "source": min((one["source"] for one in resting), key=lambda one: RANK[Source(one)]),
        "as_of": min(one["as_of"] for one in resting),
    }


def says(raw: Any) -> bool | None:
    """A word as recorded or typed; None for what can't be read."""
    try:
        return bool(read_value(raw, FLAG))
    except JiebangError:
        return None


def words_about(subject: Subject, names: Iterable[str]) -> list[FactEntry]:
    """The standing words of each organisation about a thing itself."""
    found = FactEntry.objects.filter(subject=subject, name__in=list(names), superseded_at__isnull=True)
    return list(found.filter(organisation__isnull=False).order_by("pk"))


def voices_about(
    subject: Subject, family: Sequence[Subject], name: str, roles: Collection[str]
) -> list[tuple[Organisation, FactEntry | None]]:
    """Every organisation whose word about a thing counts, with what it has said; None for nothing yet."""
    by_role = holders_of_each({subject.pk: family}, roles).get(subject.pk, {})
    said = {one.organisation_id: one for one in words_about(subject, [name])}
    holders = Organisation.objects.filter(pk__in={one for held in by_role.values() for one in held})
    return [(one, said.get(one.pk)) for one in holders.order_by("pk")]
