"""`jiebang clauses [--mutate] [DIR…]`: is every clause carried by content that cases exercise, and would they notice a change?"""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path
from typing import Any


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "clauses", help="逐条核对：条款由哪些内容承载，哪些代码实现，哪些案例检验",
        description="逐条列出承载条款的内容、实现这些内容的代码和检验它们的案例；有条款没有内容或没有案例时退出码为 1。",
    )  # fmt: skip
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="文件夹", help="政策包文件夹，或其上级文件夹；默认 packs 和 tests/packs"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--mutate", action="store_true", help="逐处改动政策包，看案例能否发现；有发现不了的改动时退出码为 1")
    parser.add_argument("--jobs", type=int, default=2, metavar="个数", help="同时用几个进程（只用于 --mutate，默认 2）")
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
    raise NotImplementedError
