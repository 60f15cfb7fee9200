"""`jiebang cases [DIR…]`: run every pack's cases. A case that can't be read is a failure."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path
from typing import Any

FOLDERS_HELP = "政策包文件夹，或其上级文件夹"


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "cases", help="运行政策包的案例", description="运行政策包的全部案例，打印不符之处。"
    )
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="文件夹", help=f"{FOLDERS_HELP}；默认 packs 和 tests/packs"
    )
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Run the cases of all packs found; 1 if anything failed or couldn't be read."""
    from jiebang.kernel.periods import WorkingCalendar
    from jiebang.policy.folders import BASES, default_folders
    from jiebang.policy.shelf import read_shelf

    began = time.perf_counter()
    shelf = read_shelf(options.folders or default_folders("packs", "tests/packs"), BASES)
    calendar = WorkingCalendar.bundled()
    total = broken = 0
    for pack in shelf:
        failures, problems = pack.run(calendar)
        lines = [str(p) for p in (*pack.problems, *problems)] + [str(f) for f in failures]
        for line in lines:
            print(line)
        failing = {f.case.id for f in failures}
        total += len(pack.cases.cases)
        broken += len(lines)
        state = "装载不了，案例没有运行" if pack.program is None else f"{len(failing)} 个不符"
        unread = f"，{len(problems)} 处写法有误" if problems else ""
        print(f"{pack.key}：{len(pack.cases.cases)} 个案例，{state}{unread}")
    took = time.perf_counter() - began
    if not shelf:
        print("没有找到政策包（找的是 pack.yaml）")
        return 2
    print(f"共 {len(shelf)} 个政策包，{total} 个案例，{broken} 处不符或有误，用时 {took:.2f} 秒")
    return 1 if broken else 0
