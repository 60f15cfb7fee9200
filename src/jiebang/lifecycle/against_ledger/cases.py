"""Whether facts, outcomes, endings, proposals and signatures are what the ledger says was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jiebang.ledger.append import salted_digest
from jiebang.ledger.read import agrees, altered, differing, read_entries
from jiebang.lifecycle.facts import as_digested
from jiebang.lifecycle.models import FactEntry, Proposal, SignOff, StageRun, Subject
from jiebang.lifecycle.propose import proposal_body
from jiebang.lifecycle.sign_off import signed_body
from jiebang.lifecycle.transitions import events


def altered_cases(chain_key: str, bureau: int) -> Iterator[str]:
    """Every fact, outcome, ending, proposal and signature in a bureau's programmes that isn't what its chain says, in Chinese."""
    numbers = dict(Subject.objects.filter(programme__bureau=bureau).values_list("pk", "number"))
    for found in (_facts, _runs, _endings, _proposals, _signatures):
        yield from found(chain_key, bureau, numbers)


def _facts(chain_key: str, bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """Each fact's values have to be those recorded, in their order; the last of them stands unless it was set aside."""
    said: dict[tuple[int, str], list[str]] = {}
    newest: dict[tuple[int, str], int] = {}
    aside = set()
    for told in read_entries("facts.recorded", "use.applied_for", chain_key=chain_key):
        subject = told.body["subject"]
        for name, digest in told.body.get("digests", {}).items():
            said.setdefault((subject, name), []).append(digest)
            newest[subject, name] = told.sequence
            aside.discard((subject, name))
        # An application sets the earlier one's facts aside; its own are recorded by the entry just before.
        aside |= {
            (subject, name)
            for name in told.body.get("cleared", ())
            if newest.get((subject, name)) != told.sequence - 1
        }
    held: dict[tuple[int, str], list[str]] = {}
    #: of each body's own word, where each says it for itself (docs/decisions/0014)
    stands: dict[tuple[int, str], dict[int, list[bool]]] = {}
    rows = FactEntry.objects.filter(subject__programme__bureau=bureau)
    for row in rows.order_by("pk").iterator():
        key = (row.subject_id, row.name)
        held.setdefault(key, []).append(salted_digest(as_digested(row), row.salt))
        whose = stands.setdefault(key, {}).setdefault(row.organisation_id or 0, [])
        whose.append(row.superseded_at is None)
    for key in sorted({*said, *held}):
        thing = f"{numbers.get(key[0], key[0])} 的事实 {key[1]}"
        if said.get(key) != held.get(key):
            yield f"{thing} 与账本所记的不同：被改动、添加或删去"
        elif any(one != [False] * (len(one) - 1) + [key not in aside] for one in stands[key].values()):
            yield f"{thing} 现行的不是最后记录的那一个"


def _runs(chain_key: str, bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """Each stage has to have ended as, when and by whom the ledger says, and none without an entry."""
    said: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    for told in read_entries("windows.shut", chain_key=chain_key):
        for stage in told.body["stages"]:
            said.setdefault((told.body["subject"], stage), []).append((told.at, None, None))
    concluded = StageRun.objects.filter(subject__programme__bureau=bureau, closed_at__isnull=False)
    for told in read_entries(*(f"stage.{event}" for event in sorted(events())), chain_key=chain_key):
        if "outcome" in told.body:
            actor = told.body["actor"].get("account")
            said.setdefault((told.body["subject"], told.body["stage"]), []).append(
                (told.at, told.body["outcome"], actor)
            )
    held: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    for run in concluded.order_by("closed_at", "pk").iterator():
        held.setdefault((run.subject_id, run.stage), []).append(
            (run.closed_at, run.outcome, run.closed_by_id)
        )
    for key in sorted({*said, *held}):
        ours, theirs = sorted(said.get(key, []), key=_by_time), sorted(held.get(key, []), key=_by_time)
        if len(ours) != len(theirs) or not all(map(_agree, ours, theirs)):
            yield f"{numbers.get(key[0], key[0])} 的阶段 {key[1]} 的结果、时间或办理人与账本所记的不同"


def _by_time(one: tuple[Any, ...]) -> Any:
    return one[0]


def _agree(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> bool:
    # A window that a choice shut has the outcome of its kind and nobody's name.
    return ours == theirs or (ours[1] is None and ours[0] == theirs[0])


def _endings(chain_key: str, bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """What is out is out, and by what: a lane brought to life again could be paid."""
    said: dict[int, dict[str, Any]] = {}
    for told in read_entries("subjects.ended", "bid.called_up", chain_key=chain_key):
        if told.kind == "bid.called_up":
            said.pop(told.body["subject"], None)
        else:
            said.update({one["subject"]: {**one, "at": told.at} for one in told.body["ended"]})
    rows = Subject.objects.filter(programme__bureau=bureau, ended_at__isnull=False)
    held = {
        pk: {"at": at, "ending": ending} for pk, at, ending in rows.values_list("pk", "ended_at", "ending")
    }
    for pk in differing(said, held):
        yield f"{numbers.get(pk, pk)} 是否结束、何时和因何结束与账本所记的不同"


def _proposals(chain_key: str, bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """What was put up for signature is what was signed."""
    entries = read_entries("conclusion.proposed", chain_key=chain_key)
    said = {told.body["proposal"]: told.body for told in entries}
    held = set()
    standing: dict[int, list[bool]] = {}
    rows = Proposal.objects.filter(run__subject__programme__bureau=bureau).select_related("run")
    for row in rows.order_by("pk").iterator():
        held.add(row.digest)
        standing.setdefault(row.run_id, []).append(row.withdrawn_at is None)
        # An earlier one that stands beside or instead of the last would be done under the last one's signatures.
        if not agrees(said.get(row.digest), proposal_body(row)) or any(standing[row.run_id][:-1]):
            yield f"{numbers.get(row.run.subject_id)} 的阶段 {row.run.stage} 的拟办意见与账本所记的不同"
    if said.keys() - held:
        yield f"有 {len(said.keys() - held)} 份拟办意见账本有记录而已不在"


def _signatures(chain_key: str, bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """Nobody's signature was added, turned round, or put in another's name."""
    entries = read_entries("proposal.signed", chain_key=chain_key)
    said = {told.body["signature"]: {**told.body, "at": told.at} for told in entries}
    rows = SignOff.objects.filter(run__subject__programme__bureau=bureau).select_related("run")
    held = {
        row.pk: (
            f"{numbers.get(row.run.subject_id)} 的阶段 {row.run.stage} 的签署（第 {row.pk} 号）",
            {**signed_body(row), "at": row.signed_at},
        )
        for row in rows.order_by("pk").iterator()
    }
    yield from altered(said, held, "签署")
    voided = {
        pk
        for told in read_entries("signatures.voided", chain_key=chain_key)
        for pk in told.body["signatures"]
    }
    for pk in sorted(voided ^ set(rows.filter(voided_at__isnull=False).values_list("pk", flat=True))):
        yield f"第 {pk} 号签署是否作废与账本所记的不同"
