"""Whether things, their stages, the parties to them and their papers are those that the ledger says were set up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from jiebang.ledger.read import Told, altered, differing, read_entries
from jiebang.lifecycle.begun import BEGUN, party_body, stage_body, thing_body
from jiebang.lifecycle.models import HandIn, Participation, StageRun, Subject


def altered_setting(chain_key: str, bureau: int) -> Iterator[str]:
    """Every thing, open stage, party and paper that isn't what a bureau's chain says, in Chinese."""
    numbers = dict(Subject.objects.filter(programme__bureau=bureau).values_list("pk", "number"))
    entries = list(
        read_entries(BEGUN, "organisation.appointed", "organisation.dismissed", chain_key=chain_key)
    )
    yield from _things(entries, bureau)
    yield from _stages(entries, bureau, numbers)
    yield from _parties(entries, bureau, numbers)
    yield from _papers(entries, bureau, numbers)


def _begun(entries: list[Told], word: str) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """What began, of one sort, each with its instant."""
    for told in entries:
        if told.kind == BEGUN:
            for one in told.body.get(word, ()):
                yield told.at, one


def _things(entries: list[Told], bureau: int) -> Iterator[str]:
    """Whose a bid is, what a project grew out of, under which version of the regulation."""
    said = {one["subject"]: {**one, "at": at} for at, one in _begun(entries, "things")}
    held = {
        row.pk: (
            f"{row.number} 的编号、流程、版本、来历或牵头单位",
            {**thing_body(row), "at": row.created_at},
        )
        for row in Subject.objects.filter(programme__bureau=bureau).order_by("pk").iterator()
    }
    yield from altered(said, held, "事项")


def _stages(entries: list[Told], bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """When a window opened and closes: a paper that came too late would be in time behind a moved deadline."""
    said = {
        (one["subject"], one["stage"], one["round"]): {**one, "at": at}
        for at, one in _begun(entries, "stages")
    }
    held = {
        (row.subject_id, row.stage, row.round): {**stage_body(row), "at": row.opened_at}
        for row in StageRun.objects.filter(subject__programme__bureau=bureau).order_by("pk").iterator()
    }
    for subject, stage, turn in differing(said, held):
        yield f"{numbers.get(subject, subject)} 的阶段 {stage}（第 {turn} 轮）何时开始、何时截止与账本所记的不同"


def _parties(entries: list[Told], bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """Who takes part in which role, by being named, by handing in or by appointment, and who no longer does."""
    joined = Counter(_party(one) for _, one in _begun(entries, "joined"))
    left = Counter(_party(one) for _, one in _begun(entries, "left"))
    joined.update(_party(told.body) for told in entries if told.kind == "organisation.appointed")
    left.update(_party(told.body) for told in entries if told.kind == "organisation.dismissed")
    rows = list(Participation.objects.filter(subject__programme__bureau=bureau))
    held = Counter(_party(party_body(row)) for row in rows)
    gone = Counter(_party(party_body(row)) for row in rows if row.until_at is not None)
    for key in sorted({*joined, *held}):
        if (joined[key], left[key]) != (held[key], gone[key]):
            yield f"{numbers.get(key[0], key[0])} 的参与单位（{key[2]}）与账本所记的不同"


def _papers(entries: list[Told], bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """Whose papers came in at which stage, and when: who was silent could be made to have been in time."""
    said = {(one["run"], one["subject"]): {"at": at} for at, one in _begun(entries, "handed_in")}
    rows = HandIn.objects.filter(run__subject__programme__bureau=bureau)
    held = {(run, thing): {"at": at} for run, thing, at in rows.values_list("run", "subject", "received_at")}
    for _, thing in differing(said, held):
        yield f"{numbers.get(thing, thing)} 的材料何时交来与账本所记的不同"


def _party(body: dict[str, Any]) -> tuple[int, int, str]:
    return body["subject"], body["organisation"], body["role"]
