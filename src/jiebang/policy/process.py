"""Processes: what the loader proves of one, and how a path walks through it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from jiebang.kernel.errors import JiebangError
from jiebang.policy.pack_process import Among, End, Process, Stage, Target
from jiebang.policy.stages import AWAITING_KINDS, EXISTS, GIVES_LABELS, KINDS, MONEY_KINDS, Gives, Per
from jiebang.policy.values import read_literal

Report = Callable[[tuple[str | int, ...], str, str], None]
WINDOWED = frozenset({"take_bids", "register", "notice"})
_SKIPPED = "skipped"


def is_windowed(stage: Stage) -> bool:
    """Whether a run of the stage has a closing instant that decides what is in time."""
    return stage.term is not None and (stage.kind in WINDOWED or stage.on_expiry is not None)


class UnableToWalk(JiebangError):
    """A step that the process doesn't allow from where the path stands."""


def targets_of(target: Target) -> tuple[str, ...]:
    """The stages a target leads to; none for an end."""
    if isinstance(target, End):
        return ()
    return (target,) if isinstance(target, str) else tuple(target)


def routes_of(stage: Stage) -> Iterator[tuple[str, Target, frozenset[Gives]]]:
    """(outcome, target, what it provides) of a stage, `skipped` included."""
    kind = KINDS[stage.kind]
    for outcome, target in stage.outcomes.items():
        if outcome in kind.outcomes:
            yield outcome, target, frozenset(kind.outcomes[outcome])
    if stage.skipped is not None:
        yield _SKIPPED, stage.skipped, frozenset()


def prove(process: Process, path: tuple[str | int, ...], report: Report) -> None:
    """Report everything unsound in a process.

    Unknown kinds and outcomes, dangling or missing routes, stages never reached, paths that never end, rounds that
    could turn by themselves, needs not provided on some path.
    """
    stages = process.stages
    if process.starts not in stages:
        report((*path, "starts"), f"没有阶段“{process.starts}”", f"已有：{'、'.join(stages)}")
        return
    sound = True
    for key, stage in stages.items():
        sound &= _prove_stage(key, stage, process, (*path, "stages", key), report)
    if not sound:
        return
    follow = {
        key: [t for _, target, _ in routes_of(stage) for t in targets_of(target)]
        for key, stage in stages.items()
    }
    reached = _reach(process.starts, follow)
    for key in stages:
        if key not in reached:
            report(
                (*path, "stages", key),
                f"阶段“{stages[key].label}”永远到不了",
                "让某个阶段的去向通到它，或删掉",
            )
    _prove_ends(process, follow, path, report)
    _prove_no_free_round(process, path, report)
    if reached == set(stages):
        _prove_needs(process, path, report)


def _kinds_like(word: str) -> str:
    """What somebody who wrote `word` may have meant, and all kinds there are with what they are called."""
    close = difflib.get_close_matches(word, KINDS, n=3, cutoff=0.6)
    listed = "、".join(f"{key}（{kind.label}）" for key, kind in KINDS.items())
    return (f"是不是 {'、'.join(close)}；" if close else "") + f"可用：{listed}"


def _prove_stage(
    key: str, stage: Stage, process: Process, path: tuple[str | int, ...], report: Report
) -> bool:
    kind = KINDS.get(stage.kind)
    if kind is None:
        report((*path, "kind"), f"不认识的阶段种类“{stage.kind}”", _kinds_like(stage.kind))
        return False
    sound = True

    def complain(where: tuple[str | int, ...], what: str, expected: str) -> None:
        nonlocal sound
        sound = False
        report(where, what, expected)

    if stage.per not in kind.per:
        allowed = "、".join(sorted(p.value for p in kind.per))
        complain((*path, "per"), f"“{kind.label}”不能按 {stage.per.value} 进行", f"可用：{allowed}")
    for outcome in stage.outcomes:
        if outcome not in kind.outcomes:
            complain(
                (*path, "outcomes", outcome),
                f"“{kind.label}”没有结果“{outcome}”",
                f"可用：{'、'.join(kind.outcomes)}",
            )
    for outcome in kind.outcomes:
        if outcome not in stage.outcomes and outcome not in kind.optional:
            complain((*path, "outcomes"), f"结果“{outcome}”没有去向", "每个结果都要写去向")
    if (stage.when is None) != (stage.skipped is None):
        complain(path, "when 与 skipped 要一起写", "有条件的阶段要写条件不成立时的去向")
    _prove_expiry(key, process, path, complain)
    _prove_among(stage, process, path, complain)
    _prove_at_once(stage, process, path, complain)
    if stage.kind in WINDOWED and stage.term is None:
        complain(path, f"“{kind.label}”没有写期限", "写 term；办法没规定长度的，让期限引用裁量项")
    for _outcome, target, _ in routes_of(stage):
        for there in targets_of(target):
            if there not in process.stages:
                complain(
                    (*path, "outcomes"),
                    f"去向“{there}”不是本流程的阶段",
                    f"已有：{'、'.join(process.stages)}",
                )
    return sound


#: Outcomes that come with something somebody has to make or decide: time can't.
_MADE_BY_HAND = frozenset(
    {
        ("announce", "announced"), ("approve_project", "approved"), ("set_challenge", "set"), ("select", "selected"),
        ("select", "none_qualified"), ("review", "passed"), ("accept", "passed"),
    }
)  # fmt: skip


def _prove_expiry(key: str, process: Process, path: tuple[str | int, ...], complain: Report) -> None:
    stage = process.stages[key]
    if stage.on_expiry is None:
        return
    if stage.term is None:
        complain((*path, "on_expiry"), "写了到期的结果，没有写期限", "写 term")
    if stage.on_expiry not in stage.outcomes:
        complain(
            (*path, "on_expiry"),
            f"到期的结果“{stage.on_expiry}”没有去向",
            f"可用：{'、'.join(stage.outcomes)}",
        )
    if stage.kind in ("collect_needs", "collect_results") and "none_received" not in stage.outcomes:
        complain((*path, "on_expiry"), "到期时可能一件都没有收到", "写结果 none_received 的去向")
    if (stage.kind, stage.on_expiry) in _MADE_BY_HAND or stage.kind in MONEY_KINDS or stage.kind == "notice":
        complain((*path, "on_expiry"), f"“{KINDS[stage.kind].label}”不能因为到期就有结果", "去掉 on_expiry")
    if stage.kind in _OPEN_TO_BIDDERS and not is_only_returned_to(key, process):
        complain(
            (*path, "on_expiry"),
            "向所有单位开放的窗口，结果由收到的申请决定",
            "只有退回补正的窗口可以写 on_expiry",
        )
    if stage.on_expiry in stage.outcomes:
        for there in targets_of(stage.outcomes[stage.on_expiry]):
            if there in process.stages and process.stages[there].at_most is not None:
                # Once it is used up, nobody could be told: the clock would try for ever.
                complain(
                    (*path, "on_expiry"),
                    f"到期通到限了次数的“{process.stages[there].label}”，次数用完后无路可走",
                    "让到期的结果通到别的阶段",
                )


_OPEN_TO_BIDDERS = frozenset({"take_bids", "register"})


def is_only_returned_to(key: str, process: Process) -> bool:
    """Whether a stage is reached by returning outcomes alone: then each of its runs is one returned thing's own."""
    return key != process.starts and not any(
        key in targets_of(target) and outcome not in KINDS[one.kind].returning
        for one in process.stages.values()
        if one.kind in KINDS
        for outcome, target, _ in routes_of(one)
    )


def _prove_at_once(stage: Stage, process: Process, path: tuple[str | int, ...], complain: Report) -> None:
    label, is_open = KINDS[stage.kind].label, stage.kind in _OPEN_TO_BIDDERS
    if stage.at_once is not None and not is_open and stage.kind != "select":
        complain((*path, "at_once"), f"“{label}”不能写 at_once", "只有遴选和收申请的窗口可以不等别人先进行")
    if stage.late is not None and not is_open:
        complain((*path, "late"), f"“{label}”不能写 late", "只有收申请的窗口截止之后还可以收")
    for word in ("at_once", "late"):
        if stage.sealed and is_open and getattr(stage, word) is not None:
            # Sealed bids are opened together, once nobody can come any more.
            complain(
                (*path, word), f"封存的窗口不能写 {word}", "封存的到截止才一起启封，去掉 sealed 或者这一项"
            )
    if stage.at_once is None or not is_open:
        return
    target = stage.outcomes.get(next(iter(KINDS[stage.kind].outcomes)))
    following = () if target is None else targets_of(target)
    if any(one.per is not Per.bid for name in following if (one := process.stages.get(name)) is not None):
        complain(
            (*path, "at_once"), "截止之后的阶段不是一份申请一份办，不能不等截止", "让去向的阶段写 per: bid"
        )


def _prove_among(stage: Stage, process: Process, path: tuple[str | int, ...], complain: Report) -> None:
    if stage.among is None:
        return
    allowed = {"take_bids": (Among.anyone, Among.remaining), "register": (Among.anyone, Among.remaining)}
    words = allowed.get(stage.kind, (Among.remaining, Among.reserve) if stage.kind == "select" else ())
    if stage.among not in words:
        complain(
            (*path, "among"),
            f"“{KINDS[stage.kind].label}”不能写 among: {stage.among.value}",
            f"可用：{'、'.join(words)}" if words else "去掉它",
        )
    elif (
        stage.kind in allowed
        and stage.among is Among.remaining
        and not any(
            one.kind in allowed and one.among is not Among.remaining for one in process.stages.values()
        )
    ):
        complain(
            (*path, "among"), "没有一个窗口是向所有单位开放的，谁也进不来", "先要有一个不写 among 的窗口"
        )
    elif stage.among is Among.reserve and not any(
        one.kind == "select" and one.among is not Among.reserve for one in process.stages.values()
    ):
        complain((*path, "among"), "没有一次遴选留下候补", "先要有一个不写 among: reserve 的遴选阶段")


def keeps_reserve(process: Process, name: str) -> bool:
    """Whether a later selection may yet choose among those whom the selection `name` doesn't choose."""
    queue = [t for _, target, _ in routes_of(process.stages[name]) for t in targets_of(target)]
    for here in queue:
        stage = process.stages[here]
        if stage.kind == "select" and stage.among is Among.reserve:
            return True
        queue += [t for _, target, _ in routes_of(stage) for t in targets_of(target) if t not in queue]
    return False


def _reach(start: str, follow: dict[str, list[str]]) -> set[str]:
    seen, queue = {start}, [start]
    for here in queue:
        for there in follow[here]:
            if there not in seen:
                seen.add(there)
                queue.append(there)
    return seen


def _prove_ends(
    process: Process, follow: dict[str, list[str]], path: tuple[str | int, ...], report: Report
) -> None:
    ending = {k for k, s in process.stages.items() if any(isinstance(t, End) for _, t, _ in routes_of(s))}
    growing = True
    while growing:
        more = {k for k, there in follow.items() if k not in ending and any(t in ending for t in there)}
        ending |= more
        growing = bool(more)
    for key, stage in process.stages.items():
        if key not in ending:
            report(
                (*path, "stages", key), f"从“{stage.label}”出发的路永远不会结束", "让一个结果写成 {end: …}"
            )


def _prove_no_free_round(process: Process, path: tuple[str | int, ...], report: Report) -> None:
    """Without its returning outcomes a process has to be a one-way street."""
    forward = {
        key: [
            t
            for outcome, target, _ in routes_of(stage)
            if outcome not in KINDS[stage.kind].returning
            for t in targets_of(target)
            if process.stages[t].kind not in AWAITING_KINDS or key == t
        ]
        for key, stage in process.stages.items()
    }
    # A stage that awaits somebody is begun from wherever it is named, so that what follows it is looked at as well.
    beginnings = [process.starts, *(key for key, one in process.stages.items() if one.kind in AWAITING_KINDS)]
    state: dict[str, int] = {}

    def visit(key: str) -> None:
        state[key] = 1
        for there in forward[key]:
            if state.get(there) == 1:
                report(
                    (*path, "stages", key, "outcomes"),
                    f"“{process.stages[key].label}”回到“{process.stages[there].label}”，会自己循环",
                    "只有退回、滚动、整改、延期一类结果可以回到前面",
                )
            elif there not in state:
                visit(there)
        state[key] = 2

    for beginning in beginnings:
        if beginning not in state:
            visit(beginning)


def _prove_needs(process: Process, path: tuple[str | int, ...], report: Report) -> None:
    """What is provided for sure before each stage: the intersection over all ways to it, to a fixed point."""
    everything = frozenset(Gives)
    before: dict[str, frozenset[Gives]] = dict.fromkeys(process.stages, everything)
    before[process.starts] = frozenset()
    changed = True
    while changed:
        changed = False
        incoming: dict[str, frozenset[Gives]] = {}
        for key, stage in process.stages.items():
            for _outcome, target, gives in routes_of(stage):
                for there in targets_of(target):
                    got = before[key] | gives
                    incoming[there] = incoming[there] & got if there in incoming else got
        for key, got in incoming.items():
            new = frozenset() if key == process.starts else got
            if new != before[key]:
                before[key], changed = new, True
    for key, stage in process.stages.items():
        kind = KINDS[stage.kind]
        exists = EXISTS[stage.per]
        groups = (*kind.requires, *(() if exists is None else (frozenset({exists}),)))
        for group in groups:
            if not group & before[key]:
                wanted = "或".join(GIVES_LABELS[g] for g in sorted(group))
                givers = "、".join(
                    f"{name}（{one.label}）"
                    for name, one in KINDS.items()
                    if any(group & set(given) for given in one.outcomes.values())
                )
                report(
                    (*path, "stages", key),
                    f"“{stage.label}”需要先有{wanted}，但有的路走到这里时还没有",
                    f"在它之前加上提供它的阶段：{givers}；或改去向",
                )


@dataclass(slots=True)
class Walk:
    """A path through a process: which stages are open, which ends were met, how often each stage was begun."""

    process: Process
    open: list[str]
    ended: list[str] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, process: Process) -> Walk:
        """At the first stage."""
        return cls(process, [process.starts], begun={process.starts: 1})

    def step(self, key: str, outcome: str) -> None:
        """Close an open stage with an outcome and open what follows. Raises UnableToWalk, in Chinese."""
        stage = self.process.stages.get(key)
        if stage is None or key not in self.open:
            here = "、".join(self.open) or "、".join(self.ended) or "（没有）"
            raise UnableToWalk(where=key, what="这个阶段现在没有打开", fix=f"现在打开的是：{here}")
        routes = {name: target for name, target, _ in routes_of(stage)}
        if outcome not in routes:
            raise UnableToWalk(
                where=stage.label, what=f"没有结果“{outcome}”", fix=f"可用：{'、'.join(routes)}"
            )
        following = targets_of(routes[outcome])
        for there in following:
            most = self.process.stages[there].at_most
            if most is not None and self.begun.get(there, 0) >= int(read_literal(most)[1]):
                label = self.process.stages[there].label
                raise UnableToWalk(where=label, what=f"最多进行 {most}，已经用完", fix="改走别的结果")
        self.open.remove(key)
        target = routes[outcome]
        if isinstance(target, End):
            self.ended.append(target.end)
        for there in following:
            self.begun[there] = self.begun.get(there, 0) + 1
            if there not in self.open:
                self.open.append(there)
