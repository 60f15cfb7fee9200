"""Why an act was not done. Each says, in Chinese, what stands in the way and what can be done."""

from __future__ import annotations

from typing import Any

from jiebang.kernel.errors import JiebangError


class UnableToApply(JiebangError):
    """The act isn't possible here and now."""


class NotAllowed(UnableToApply):
    """This actor may not do this act."""


class AlreadyDone(UnableToApply):
    """Somebody else was first, or the same act was done before."""


class OutsideWindow(UnableToApply):
    """Too early or too late."""


class Refused(UnableToApply):
    """The pack's rules don't let it pass. `verdicts` are explanations as data, failing and unknown ones only."""

    def __init__(self, verdicts: list[dict[str, Any]]) -> None:
        self.verdicts = verdicts
        lines = "；".join(v["explanation"] for v in verdicts)
        super().__init__(what=lines or "不符合规则", fix="补齐或更正材料；有权例外的，先由其作出例外决定")


class StillUnset(UnableToApply):
    """Something the regulation leaves open has to be decided first. `keys` are discretion items."""

    def __init__(self, *, what: str, keys: list[str]) -> None:
        self.keys = keys
        super().__init__(what=what, fix="由有权决定的机关先作出裁量决定")


class YearMissing(UnableToApply):
    """A deadline can't be computed before the holidays of a `year` are entered."""

    def __init__(self, *, where: str, year: int) -> None:
        self.year = year
        super().__init__(
            where=where,
            what=f"截止时间落在 {year} 年，而 {year} 年的节假日安排还没有录入",
            fix=f"由主管部门的人在工作台“计划与裁量”的“节假日安排”里按国务院办公厅的通知录入 {year} 年，再办理",
        )
