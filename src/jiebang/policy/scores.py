"""From reviewers' marks to who passes: trimmed or plain means, a pass line, a number of survivors with ties kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from jiebang.kernel.errors import JiebangError
from jiebang.policy.pack_process import Scoring
from jiebang.policy.values import read_literal


class BadScores(JiebangError):
    """Marks that can't be counted."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Marks to two decimals, best first, and who survives."""

    marks: tuple[tuple[str, Decimal], ...]
    survive: tuple[str, ...]


def mean_mark(marks: Sequence[Decimal], drop_extremes: bool) -> Decimal:
    """The mean to two decimals (half up). Dropping the highest and the lowest needs at least three marks."""
    if not marks:
        raise BadScores(what="没有评分", fix="至少要有一位专家的评分")
    kept = sorted(marks)
    if drop_extremes:
        if len(kept) < 3:
            raise BadScores(what=f"只有 {len(kept)} 份评分，不能去掉最高和最低", fix="至少要有 3 份评分")
        kept = kept[1:-1]
    return (sum(kept, Decimal(0)) / len(kept)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def check_review(scoring: Scoring, review: Mapping[str, Decimal]) -> Decimal:
    """One reviewer's total. Every criterion answered, none above its points; raises BadScores naming the criterion."""
    for key, criterion in scoring.criteria.items():
        most = read_literal(criterion.most)[1]
        if key not in review:
            raise BadScores(where=criterion.label, what="没有打分", fix=f"打 0 至 {most:f} 分")
        if not 0 <= review[key] <= most:
            raise BadScores(
                where=criterion.label, what=f"{review[key]:f} 分超出范围", fix=f"打 0 至 {most:f} 分"
            )
    if extra := set(review) - set(scoring.criteria):
        raise BadScores(what=f"没有这些评分项：{'、'.join(sorted(extra))}", fix="按评审表打分")
    return sum(review.values(), Decimal(0))


def rank(scoring: Scoring, totals: Mapping[str, Sequence[Decimal]]) -> Ranking:
    """Rank by mean mark; survive those at or above the pass line and among the first so many, ties at the edge included."""
    means = {bid: mean_mark(marks, scoring.drop_extremes) for bid, marks in totals.items()}
    ordered = sorted(means.items(), key=lambda pair: (-pair[1], pair[0]))
    alive = ordered
    if scoring.pass_mark is not None:
        line = read_literal(scoring.pass_mark)[1]
        alive = [pair for pair in alive if pair[1] >= line]
    if scoring.survivors is not None:
        places = int(read_literal(scoring.survivors)[1])
        if len(alive) > places:
            edge = alive[places - 1][1] if places else None
            alive = [pair for pair in alive if edge is not None and pair[1] >= edge]
    return Ranking(tuple(ordered), tuple(bid for bid, _ in alive))
