"""An officer enters a year's holidays from the State Council's notice, for every programme of the installation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from jiebang.kernel.periods import local_date
from jiebang.kernel.working_days import YearTable
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.models import YearNotice
from jiebang.organisations.actor import Actor
from jiebang.organisations.bodies import acts_for_running_bureau
from jiebang.organisations.chains import chain_of_bureau


def record_year(*, table: YearTable, number: str, on: date, actor: Actor, at: datetime) -> YearNotice:
    """Record a year's days; an earlier entry for the year is superseded and stays readable.

    The entry goes into the ledger of the bureau whose officer makes it. Raises NotAllowed for anybody else, UnableToApply for
    a notice that isn't out yet, AlreadyDone for the same days under the same notice and for two officers at once.
    """
    where = f"{table.year} 年节假日安排"
    if not acts_for_running_bureau(actor):
        raise NotAllowed(where=where, what="只有主管部门的人可以录入节假日安排", fix="换一个身份")
    assert actor.authority_id is not None
    if on > local_date(at):
        raise UnableToApply(where=where, what=f"通知日期 {on} 还没有到", fix="检查日期")
    if table.year > on.year + 1:
        raise UnableToApply(
            where=where, what=f"{on.year} 年的通知不会安排 {table.year} 年", fix="检查年份和通知日期"
        )
    holidays, worked = (
        [day.isoformat() for day in sorted(days)] for days in (table.holidays, table.working_weekends)
    )
    try:
        with transaction.atomic():
            held = YearNotice.objects.select_for_update().filter(year=table.year, superseded_at__isnull=True)
            earlier = held.first()
            if earlier is not None:
                same = (earlier.number, earlier.on, earlier.holidays, earlier.working_weekends)
                if same == (number, on, holidays, worked):
                    raise AlreadyDone(where=where, what="已经录入过同样的安排", fix="不用再录")
                held.update(superseded_at=at)
            made = YearNotice.objects.create(
                year=table.year, number=number, on=on, holidays=holidays, working_weekends=worked,
                authority_id=actor.authority_id, recorded_at=at, recorded_by_id=actor.account_id,
            )  # fmt: skip
            body = {
                **notice_body(made), "supersedes": earlier.pk if earlier else 0, "actor": actor.reference,
            }  # fmt: skip
            append_entries(
                chain_of_bureau(actor.authority_id), [EntryDraft("working_year.recorded", body)], at
            )
    except IntegrityError:
        raise AlreadyDone(where=where, what="另一个人刚刚录入了这一年", fix="刷新后核对") from None
    return made


def notice_body(row: YearNotice) -> dict[str, Any]:
    """What the ledger keeps of a year's days."""
    return {
        "notice": row.pk, "year": row.year, "number": row.number, "on": row.on, "holidays": row.holidays,
        "working_weekends": row.working_weekends,
    }  # fmt: skip
