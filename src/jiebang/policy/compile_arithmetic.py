"""The arithmetic of operands: percentages, sums, quotients, dates moved on, spans, rounding. Exact until rounded on purpose."""

from __future__ import annotations

import calendar as gregorian
import operator
from collections.abc import Callable, Collection
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.money import money_context
from jiebang.kernel.periods import WorkingCalendar, end_of_term
from jiebang.policy import expressions as ex
from jiebang.policy import words
from jiebang.policy.compile_expressions import OPERANDS, compile_operand
from jiebang.policy.compiled import Get, Operand, arithmetic
from jiebang.policy.names import Names
from jiebang.policy.situation import Situation
from jiebang.policy.values import (
    DATE,
    DAYS,
    MONTHS,
    NUMERIC,
    ORDERED,
    PERCENT,
    WORKING_DAYS,
    Kind,
    ValueType,
    as_term,
)
from jiebang.policy.working import Working, add_up, divide_by, multiply_by, pick_among, take_off

_ROUNDINGS = {"down": ROUND_DOWN, "up": ROUND_UP, "half_up": ROUND_HALF_UP}


def _both(a: Operand, b: Operand, combine: Callable[[Any, Any], Any]) -> Callable[[Situation], Any]:
    left, right, first, second = a.get, b.get, a.constant, b.constant
    if first is not None:

        def get_from_second(s: Situation) -> Any:
            y = right(s)
            return None if y is None else combine(first, y)

        return get_from_second
    if second is not None:

        def get_from_first(s: Situation) -> Any:
            x = left(s)
            return None if x is None else combine(x, second)

        return get_from_first

    def get(s: Situation) -> Any:
        x, y = left(s), right(s)
        return None if x is None or y is None else combine(x, y)

    return get


def _part_of_whole(node: ex.Ratio, base_node: Any, names: Names, path: Any, least: int) -> Operand:
    """A ratio of something: multiplied before it is divided, or 20/60 of 3,000 yuan would be a fen short."""
    part = compile_operand(node.ratio, names, (*path, "percent", "ratio"), least)
    whole = compile_operand(node.to, names, (*path, "percent", "to"), least)
    base = compile_operand(base_node, names, (*path, "of"), least)
    _like(part, whole, names, (*path, "percent", "to"))
    _countable(base, names, (*path, "of"))

    def get(s: Situation) -> Any:
        a, b, amount = part.get(s), whole.get(s), base.get(s)
        return (
            None if a is None or b is None or amount is None or b == 0 else amount * Decimal(a) / Decimal(b)
        )

    return arithmetic(
        base.type,
        get,
        lambda s: divide_by(multiply_by(base.work_out(s), part.work_out(s)), whole.work_out(s)),
        (part, whole, base),
    )


def _like(part: Operand, whole: Operand, names: Names, path: Any) -> None:
    if part.type.kind not in NUMERIC or part.type != whole.type:
        raise names.fail(path, f"{part.text}与{whole.text}不是同一种数", f"都写成{part.type}")


def _countable(base: Operand, names: Names, path: Any) -> None:
    if base.type.kind not in (Kind.money, Kind.count, Kind.score):
        raise names.fail(path, f"{base.text}不能取百分比", "基数应是金额、计数或分数")


def _percent(node: ex.Percent, names: Names, path: Any, least: int, expect: Any) -> Operand:
    if isinstance(node.percent, ex.Ratio):
        return _part_of_whole(node.percent, node.of, names, path, least)
    share = compile_operand(node.percent, names, (*path, "percent"), least)
    base = compile_operand(node.of, names, (*path, "of"), least)
    if share.type.kind is not Kind.percent:
        raise names.fail((*path, "percent"), f"{share.text}不是百分比", "写成“40%”")
    _countable(base, names, (*path, "of"))
    return arithmetic(
        base.type,
        _both(share, base, operator.mul),
        lambda s: multiply_by(base.work_out(s), share.work_out(s)),
        (share, base),
    )


def _several(
    word: str,
    combine: Callable[[list[Any]], Any],
    tell: Callable[[list[Working]], Working],
    kinds: Collection[Kind] = NUMERIC,
) -> Callable[..., Operand]:
    def build(node: Any, names: Names, path: Any, least: int, expect: Any) -> Operand:
        parts = tuple(
            compile_operand(part, names, (*path, word, i), least)
            for i, part in enumerate(getattr(node, word))
        )
        first = parts[0].type
        for i, part in enumerate(parts):
            if part.type.kind not in kinds or part.type != first:
                raise names.fail((*path, word, i), f"{part.text}与前面的不是同一种数", f"都写成{first}")
        getters = [part.get for part in parts]

        def get(s: Situation) -> Any:
            values = [g(s) for g in getters]
            return None if any(v is None for v in values) else combine(values)

        return arithmetic(first, get, lambda s: tell([part.work_out(s) for part in parts]), parts)

    return build


def _subtract(node: ex.Subtract, names: Names, path: Any, least: int, expect: Any) -> Operand:
    whole, part = (
        compile_operand(one, names, (*path, "subtract", i), least) for i, one in enumerate(node.subtract)
    )
    for i, one in enumerate((whole, part)):
        if one.type.kind not in NUMERIC or one.type != whole.type:
            raise names.fail((*path, "subtract", i), f"{one.text}与前面的不是同一种数", f"都写成{whole.type}")
    get = _both(whole, part, lambda a, b: max(a - b, a * 0))

    def working(s: Situation | None) -> Working:
        a, b = (None, None) if s is None else (whole.get(s), part.get(s))
        is_short = a is not None and b is not None and a < b
        return take_off(whole.work_out(s), part.work_out(s), is_short=is_short)

    return arithmetic(whole.type, get, working, (whole, part))


def _divide(node: ex.Divide, names: Names, path: Any, least: int, expect: Any) -> Operand:
    part = compile_operand(node.divide, names, (*path, "divide"), least)
    share = compile_operand(node.by, names, (*path, "by"), least)
    if part.type.kind not in (Kind.money, Kind.score):
        raise names.fail((*path, "divide"), f"{part.text}不能除", "写金额或分数")
    if share.type.kind is not Kind.percent or share.constant == 0:
        raise names.fail((*path, "by"), f"{share.text}不是可用的百分比", "写成“150%”，不能为 0")
    return _quotient(part.type, part, share, lambda a, b: a / b)


def _quotient(of: ValueType, part: Operand, whole: Operand, divide: Callable[[Any, Any], Any]) -> Operand:
    get: Get = _both(part, whole, lambda a, b: None if b == 0 else divide(a, b))
    return arithmetic(of, get, lambda s: divide_by(part.work_out(s), whole.work_out(s)), (part, whole))


def _ratio(node: ex.Ratio, names: Names, path: Any, least: int, expect: Any) -> Operand:
    part = compile_operand(node.ratio, names, (*path, "ratio"), least)
    whole = compile_operand(node.to, names, (*path, "to"), least)
    _like(part, whole, names, (*path, "to"))
    return _quotient(PERCENT, part, whole, lambda a, b: Decimal(a) / Decimal(b))


def _multiply(node: ex.Multiply, names: Names, path: Any, least: int, expect: Any) -> Operand:
    base = compile_operand(node.multiply, names, (*path, "multiply"), least)
    times = compile_operand(node.by, names, (*path, "by"), least)
    if base.type.kind not in (Kind.money, Kind.score, Kind.percent):
        raise names.fail((*path, "multiply"), f"{base.text}不能乘", "写金额、分数或百分比")
    if times.type.kind not in (Kind.count, Kind.term, Kind.percent):
        raise names.fail((*path, "by"), f"{times.text}不能作乘数", "写计数、期限或百分比")
    return arithmetic(
        base.type,
        _both(base, times, operator.mul),
        lambda s: multiply_by(base.work_out(s), times.work_out(s)),
        (base, times),
    )


def _shift(node: ex.Shift, names: Names, path: Any, least: int, expect: Any) -> Operand:
    start = compile_operand(node.date, names, (*path, "date"), least)
    term = compile_operand(node.plus, names, (*path, "plus"), least)
    if start.type.kind is not Kind.date:
        raise names.fail((*path, "date"), f"{start.text}不是日期", "写日期事实")
    if term.type.kind is not Kind.term:
        raise names.fail((*path, "plus"), f"{term.text}不是期限", "写成“2 年”")
    unit = term.type.unit or MONTHS

    def get(s: Situation) -> Any:
        a, b = start.get(s), term.get(s)
        if a is None or b is None:
            return None
        # A term that was worked out may be none at all: what moves by nothing stays.
        return end_of_term(a, as_term(b, unit), s.calendar, roll_to_working_day=False) if b else a

    return _counted(DATE, get, lambda a, b: f"{a}之后 {b}", (start, term))


def _counted(
    of: ValueType, get: Get, tell: Callable[[str, str], str], parts: tuple[Operand, Operand]
) -> Operand:
    """Something counted on the calendar: not known, and said why, while that can't be counted.

    The holidays of a year may be missing, or a term that was worked out may reach further than anybody counts.
    """

    def known(s: Situation) -> Any:
        try:
            return get(s)
        except JiebangError:
            return None

    def working(s: Situation | None) -> Working:
        text = tell(*(part.work_out(s).text for part in parts))
        try:
            if s is not None:
                get(s)
        except JiebangError as error:
            return Working(f"{text}（{error.what}）")
        return Working(text)

    return arithmetic(of, known, working, parts)


def _between(node: ex.Between, names: Names, path: Any, least: int, expect: Any) -> Operand:
    first = compile_operand(node.between[0], names, (*path, "between", 0), least)
    last = compile_operand(node.between[1], names, (*path, "between", 1), least)
    for i, part in enumerate((first, last)):
        if part.type.kind is not Kind.date:
            raise names.fail((*path, "between", i), f"{part.text}不是日期", "写日期事实")
    unit = node.in_

    def get(s: Situation) -> Any:
        a, b = first.get(s), last.get(s)
        if a is None or b is None:
            return None
        return count_span(a, b, unit, node.partial, s.calendar)

    told = f"{unit}数" + ("（不足一月按一月）" if unit == MONTHS and node.partial == "up" else "")
    return _counted(ValueType(Kind.term, unit), get, lambda a, b: f"{a}至{b}的{told}", (first, last))


def count_span(
    first: date, last: date, unit: str, partial: str, calendar: WorkingCalendar | None
) -> int | None:
    """Whole months, days or working days after `first` up to and including `last`; 0 if `last` isn't later.

    None for working days without a calendar: the answer is then not known.
    """
    if last <= first:
        return 0
    if unit == DAYS:
        return (last - first).days
    if unit == WORKING_DAYS:
        if calendar is None:
            return None
        days = (date.fromordinal(n) for n in range(first.toordinal() + 1, last.toordinal() + 1))
        return sum(calendar.is_working(day) for day in days)
    months = (last.year - first.year) * 12 + last.month - first.month
    # The corresponding day of the last month, or its last day where it has none (Civil Code, art. 202).
    due = min(first.day, gregorian.monthrange(last.year, last.month)[1])
    if last.day < due:
        months -= 1
    return months + 1 if partial == "up" and last.day != due else months


def _round(node: ex.Round, names: Names, path: Any, least: int, expect: Any) -> Operand:
    inner = compile_operand(node.round, names, (*path, "round"), least)
    if inner.type.kind not in (Kind.money, Kind.score, Kind.percent, Kind.count):
        raise names.fail((*path, "round"), f"{inner.text}不能取整", "写金额、分数、百分比或计数")
    quantum, how = Decimal(1).scaleb(-node.places), _ROUNDINGS[node.how]

    def get(s: Situation) -> Any:
        value = inner.get(s)
        if value is None:
            return None
        with money_context():  # the usual 28 digits are too few for a large amount with six places
            return value.quantize(quantum, rounding=how)

    return arithmetic(
        inner.type,
        get,
        lambda s: Working(
            f"（{inner.work_out(s).text}，保留 {node.places} 位小数，{words.ROUNDINGS[node.how]}）"
        ),
        (inner,),
    )


OPERANDS.update(
    {
        ex.Percent: _percent,
        ex.Least: _several("least", min, lambda parts: pick_among(parts, "较小的"), ORDERED),
        ex.Greatest: _several("greatest", max, lambda parts: pick_among(parts, "较大的"), ORDERED),
        ex.Add: _several("add", lambda values: sum(values[1:], values[0]), add_up),
        ex.Subtract: _subtract,
        ex.Divide: _divide,
        ex.Ratio: _ratio,
        ex.Multiply: _multiply,
        ex.Shift: _shift,
        ex.Between: _between,
        ex.Round: _round,
    }
)
