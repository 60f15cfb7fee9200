"""`jiebang packs check|list|show|diff`: look at policy packs as a person reads them."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any


def register(subparsers: Any) -> None:
    """Add the command with its parts."""
    parser = subparsers.add_parser("packs", help="检查、列出、阅读、比较政策包")
    parts = parser.add_subparsers(dest="part", metavar="动作", required=True)
    check = parts.add_parser("check", help="检查政策包和案例的写法，一次列出全部问题")
    check.add_argument("folders", nargs="*", type=Path, metavar="文件夹", help="政策包文件夹，或其上级文件夹；默认 packs")
    check.set_defaults(run=run_check)


def run_check(options: Namespace) -> int:
    """Print every problem of every pack and its cases; 1 if there is any."""
    from jiebang.kernel.periods import WorkingCalendar
    from jiebang.policy.cases import read_situation
    from jiebang.policy.folders import BASES, default_folders
    from jiebang.policy.shelf import read_shelf, stray_folders
    from jiebang.policy.strict_yaml import PackProblems

    folders = options.folders or default_folders("packs")
    shelf = read_shelf(folders, BASES)
    calendar = WorkingCalendar.bundled()
    problems = [stray for folder in folders for stray in stray_folders(folder)]
    for pack in shelf:
        problems += [*pack.problems, *pack.cases.problems]
        for case in pack.cases.cases if pack.program is not None else ():
            try:
                read_situation(pack.program, case, calendar)
            except PackProblems as error:
                problems += error.problems
    for problem in problems:
        print(problem)
    for pack in shelf:
        if pack.program is not None:
            print(f"{pack.key}：装载成功，{len(pack.cases.cases)} 个案例（是否相符用 jiebang cases 看）")
        else:
            print(f"{pack.key}：装载不了")
    if not shelf and not problems:
        print("没有找到政策包（找的是 pack.yaml）")
        return 2
    print(f"共 {len(shelf)} 个政策包，{len(problems)} 处问题")
    return 1 if problems else 0
