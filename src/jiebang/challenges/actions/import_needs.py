"""The bureau enters needs for others (代录): one by hand, or a whole list in one transaction."""

from __future__ import annotations

from typing import Any

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.receive import OnBehalf, hand_in
from jiebang.lifecycle.transitions import Act
from jiebang.organisations.models import Organisation

MOST_ROWS = 2000


def import_needs(act: Act) -> None:
    """Take the `rows` of the payload into the batch: each {organisation: its id, values: {fact: value}}.

    `may_lack` of the payload are required facts that the list has no column for; they stay unknown until the
    organisation gives them. All rows or none. Raises UnableToApply, BadFields and Refused, naming the row.
    """
    if act.subject.kind != "batch":
        raise UnableToApply(where=act.subject.number, what="只能向批次代录需求", fix="到批次页面办理")
    rows: list[dict[str, Any]] = list(act.payload.get("rows", []))
    if not 0 < len(rows) <= MOST_ROWS:
        raise UnableToApply(
            where=act.stage.label, what=f"有 {len(rows)} 条需求", fix=f"一次代录 1 至 {MOST_ROWS} 条"
        )
    may_lack = frozenset(act.payload.get("may_lack", ()))
    known = Organisation.objects.in_bulk({int(row["organisation"]) for row in rows})
    held = set(
        Subject.objects.filter(parent=act.subject, kind="need", ended_at__isnull=True).values_list(
            "lead_id", "title"
        )
    )
    numbers = []
    for count, row in enumerate(rows, 1):
        organisation = known.get(int(row["organisation"]))
        if organisation is None:
            raise UnableToApply(where=f"第 {count} 条", what="没有这个单位", fix="先登记单位")
        values = dict(row["values"])
        title = str(values.get("need.title") or values.get("challenge.title") or "")
        if (organisation.pk, title) in held:
            raise UnableToApply(
                where=f"第 {count} 条",
                what=f"{organisation.name}的“{title}”在本批次里已经有了",
                fix="去掉重复的一条",
            )
        held.add((organisation.pk, title))
        behalf = OnBehalf(organisation, values, may_lack)
        made = hand_in(
            act, kind="need", lead_fact="need.proposer", title_facts=("need.title", "challenge.title"), letter="N",
            behalf=behalf,
        )  # fmt: skip
        numbers.append(made.subject.number)
    act.result.update({"count": len(numbers), "numbers": numbers})
    if len(numbers) > 1:
        act.result["subject"] = act.subject.pk
