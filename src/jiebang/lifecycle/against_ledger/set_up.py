"""Whether things, their stages and the parties to them are those that the ledger says were set up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from jiebang.kernel.canonical_json import canonical_text
from jiebang.ledger.read import read_entries
from jiebang.lifecycle.begun import BEGUN, party_body, stage_body, thing_body
from jiebang.lifecycle.models import HandIn, Participation, StageRun, Subject


def altered_setting(chain_key: str, bureau: int) -> Iterator[str]:
    """Every thing, open stage and party that isn't what a bureau's chain says, in Chinese."""
    numbers = dict(Subject.objects.filter(programme__bureau=bureau).values_list("pk", "number"))
    yield from _things(chain_key, bureau)
    yield from _stages(chain_key, bureau, numbers)
    yield from _parties(chain_key, bureau, numbers)
    yield from _papers(chain_key, bureau, numbers)


def _things(chain_key: str, bureau: int) -> Iterator[str]:
    """Whose a bid is, what a project grew out of, under which version of the regulation."""
    said = {
        one["subject"]: (told.at, canonical_text(one))
        for told in read_entries(BEGUN, chain_key=chain_key)
        for one in told.body.get("things", ())
    }
    held = set()
    for row in Subject.objects.filter(programme__bureau=bureau).order_by("pk").iterator():
        held.add(row.pk)
        if said.get(row.pk) != (row.created_at, canonical_text(thing_body(row))):
            yield f"{row.number} 的编号、流程、版本、来历或牵头单位与账本所记的不同"
    for pk in sorted(said.keys() - held):
        yield f"第 {pk} 号事项账本有记录而已不在"


def _stages(chain_key: str, bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """When a window opened and closes: a paper that came too late would be in time behind a moved deadline."""
    said = {
        (one["subject"], one["stage"], one["round"]): (told.at, canonical_text(one))
        for told in read_entries(BEGUN, chain_key=chain_key)
        for one in told.body.get("stages", ())
    }
    rows = StageRun.objects.filter(subject__programme__bureau=bureau).order_by("pk")
    held = {
        (row.subject_id, row.stage, row.round): (row.opened_at, canonical_text(stage_body(row)))
        for row in rows.iterator()
    }
    for key in sorted({*said, *held}):
        if said.get(key) != held.get(key):
            yield f"{numbers.get(key[0], key[0])} 的阶段 {key[1]}（第 {key[2]} 轮）何时开始、何时截止与账本所记的不同"


def _parties(chain_key: str, bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """Who takes part in which role, by being named, by handing in or by appointment, and who no longer does."""
    joined: Counter[tuple[Any, ...]] = Counter()
    left: Counter[tuple[Any, ...]] = Counter()
    for told in read_entries(BEGUN, "organisation.appointed", "organisation.dismissed", chain_key=chain_key):
        if told.kind == BEGUN:
            joined.update(map(_party, told.body.get("joined", ())))
            left.update(map(_party, told.body.get("left", ())))
        else:
            (joined if told.kind == "organisation.appointed" else left)[_party(told.body)] += 1
    rows = list(Participation.objects.filter(subject__programme__bureau=bureau))
    held = Counter(_party(party_body(row)) for row in rows)
    gone = Counter(_party(party_body(row)) for row in rows if row.until_at is not None)
    for key in sorted({*joined, *held}):
        if (joined[key], left[key]) != (held[key], gone[key]):
            yield f"{numbers.get(key[0], key[0])} 的参与单位（{key[2]}）与账本所记的不同"


def _papers(chain_key: str, bureau: int, numbers: dict[int, str]) -> Iterator[str]:
    """Whose papers came in at which stage, and when: who was silent could be made to have been in time."""
    said = {
        (one["run"], one["subject"]): told.at
        for told in read_entries(BEGUN, chain_key=chain_key)
        for one in told.body.get("handed_in", ())
    }
    rows = HandIn.objects.filter(run__subject__programme__bureau=bureau)
    held = {(run, thing): at for run, thing, at in rows.values_list("run", "subject", "received_at")}
    for key in sorted({*said, *held}):
        if said.get(key) != held.get(key):
            yield f"{numbers.get(key[1], key[1])} 的材料何时交来与账本所记的不同"


def _party(body: dict[str, Any]) -> tuple[int, int, str]:
    return body["subject"], body["organisation"], body["role"]
