"""`jiebang clauses [--mutate] [DIR…]`: is every clause carried by content that cases exercise, and would they notice a change?"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jiebang.policy.strict_yaml import Problem
    from jiebang.policy.trace_clauses import ClauseTrace


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "clauses", help="逐条核对：条款由哪些内容承载，哪些代码实现，哪些案例检验",
        description="逐条列出承载条款的内容、实现这些内容的代码和检验它们的案例；有条款没有内容或没有案例时退出码为 1。",
    )  # fmt: skip
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        metavar="文件夹",
        help="政策包文件夹，或其上级文件夹；默认 packs 和 tests/packs",
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument(
        "--mutate", action="store_true", help="逐处改动政策包，看案例能否发现；有发现不了的改动时退出码为 1"
    )
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="个数", help="同时用几个进程（只用于 --mutate，默认 2）"
    )
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """List the clauses, or try out every change."""
    from jiebang.policy.folders import default_folders

    folders = options.folders or default_folders("packs", "tests/packs")
    return _mutate(options, folders) if options.mutate else _trace(options, folders)


def _mutate(options: Namespace, folders: list[Path]) -> int:
    from jiebang.policy.folders import BASES
    from jiebang.policy.mutate_shelf import mutate_shelf
    from jiebang.policy.mutations import KINDS

    began = time.perf_counter()
    results = mutate_shelf(folders, BASES, max(1, options.jobs))
    if not results:
        print("没有找到政策包（找的是 pack.yaml）")
        return 2
    for result in results:
        for line in (*result.problems, *result.survivors):
            print(line)
    print()
    for result in results:
        if result.problems:
            print(f"{result.key}：没有试，先改好上面 {len(result.problems)} 处问题")
            continue
        print(
            f"{result.key}：改动 {result.total} 处，案例发现 {result.killed.total()}，"
            f"装载器拒绝 {result.refused.total()}，没有发现 {len(result.survivors)}"
        )
        for kind, label in KINDS.items():
            survived = sum(s.mutation.kind == kind for s in result.survivors)
            print(f"  {label}：发现 {result.killed[kind]}，拒绝 {result.refused[kind]}，没有发现 {survived}")
    print(f"用时 {time.perf_counter() - began:.1f} 秒")
    return 1 if any(r.problems or r.survivors for r in results) else 0


def _trace(options: Namespace, folders: list[Path]) -> int:
    from jiebang.kernel.periods import WorkingCalendar
    from jiebang.policy.folders import BASES
    from jiebang.policy.shelf import read_shelf
    from jiebang.policy.trace_clauses import trace_clauses

    shelf = read_shelf(folders, BASES)
    traces = trace_clauses(shelf, WorkingCalendar.bundled())
    unloaded = [problem for pack in shelf for problem in pack.problems]
    faults = [trace for trace in traces if trace.fault]
    if options.json:
        _print_json(traces, unloaded)
    else:
        for trace in traces:
            _print_trace(trace)
        print()
        for line in unloaded:
            print(line)
        for trace in faults:
            print(f"{trace.file}:{trace.line}: 条款 {trace.clause} {trace.fault}")
        print(
            f"共 {len(traces)} 条，{len(faults)} 条没有落实"
            + (f"，{len(unloaded)} 处问题使政策包装载不了" if unloaded else "")
        )
    if not shelf:
        print("没有找到政策包（找的是 pack.yaml）", file=sys.stderr)
        return 2
    return 1 if faults or unloaded else 0


def _print_trace(trace: ClauseTrace) -> None:
    print(f"{trace.clause} {trace.article}（{trace.pack}）")
    for carrier in trace.carriers:
        print(f"  {carrier.name} {carrier.label}（{carrier.file}:{carrier.line}）")
        for code in carrier.code:
            print(f"    代码 {code}")
        shown = "、".join(carrier.cases[:8]) + (
            f" 等 {len(carrier.cases)} 个" if len(carrier.cases) > 8 else ""
        )
        print(f"    案例 {shown or '（没有）'}")


def _print_json(traces: list[ClauseTrace], unloaded: list[Problem]) -> None:
    import json

    rows = [
        {
            "pack": trace.pack, "clause": trace.clause, "article": trace.article, "fault": trace.fault or None,
            "items": [
                {"item": c.name, "label": c.label, "file": c.file, "line": c.line, "code": c.code, "cases": c.cases}
                for c in trace.carriers
            ],
        }
        for trace in traces
    ]  # fmt: skip
    print(json.dumps({"clauses": rows, "problems": [str(p) for p in unloaded]}, ensure_ascii=False, indent=2))
