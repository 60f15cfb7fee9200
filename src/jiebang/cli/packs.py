"""`jiebang packs check|list|show|diff`: look at policy packs as a person reads them."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jiebang.policy.program import Program


def register(subparsers: Any) -> None:
    """Add the command with its parts."""
    parser = subparsers.add_parser("packs", help="检查、列出、阅读、比较政策包")
    parts = parser.add_subparsers(dest="part", metavar="动作", required=True)
    check = parts.add_parser("check", help="检查政策包和案例的写法，一次列出全部问题")
    check.add_argument(
        "folders", nargs="*", type=Path, metavar="文件夹", help="政策包文件夹，或其上级文件夹；默认 packs"
    )
    check.set_defaults(run=run_check)
    listing = parts.add_parser("list", help="列出政策包")
    listing.add_argument("folders", nargs="*", type=Path, metavar="文件夹", help="默认 packs")
    listing.set_defaults(run=run_list)
    show = parts.add_parser("show", help="用白话逐条说明一个政策包")
    show.add_argument("pack", metavar="编号[/版本]")
    diff = parts.add_parser("diff", help="比较两个政策包或两个版本；有不同时退出码为 1")
    diff.add_argument("old", metavar="编号[/版本]")
    diff.add_argument("new", metavar="编号[/版本]")
    for part, action in ((show, run_show), (diff, run_diff)):
        part.add_argument(
            "--packs",
            action="append",
            type=Path,
            metavar="文件夹",
            help="在哪里找；默认 packs 和 tests/packs",
        )
        part.set_defaults(run=action)


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
        for case in pack.cases.cases:
            if pack.program is None:
                break
            try:
                read_situation(pack.program, case, calendar)
            except PackProblems as error:
                problems += error.problems
    problems = list(dict.fromkeys(problems))
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


def run_list(options: Namespace) -> int:
    """One line per pack; 1 if some don't load."""
    from jiebang.policy import words
    from jiebang.policy.folders import BASES, default_folders
    from jiebang.policy.in_force import describe_in_force
    from jiebang.policy.shelf import read_shelf

    shelf = read_shelf(options.folders or default_folders("packs"), BASES)
    for pack in shelf:
        if pack.program is None:
            print(f"{pack.key}  装载不了，用 jiebang packs check 看原因")
            continue
        found = pack.program.pack
        status = words.SOURCES[found.pack.source.status.value]
        print(f"{pack.key}  {found.pack.place}  {found.pack.title}（{status}）")
        print(f"    {describe_in_force(found)}；{len(found.clauses)} 条，{len(pack.cases.cases)} 个案例")
    if not shelf:
        print("没有找到政策包（找的是 pack.yaml）")
        return 2
    return 1 if any(pack.program is None for pack in shelf) else 0


def run_show(options: Namespace) -> int:
    """Print one pack for reading."""
    from jiebang.policy.show import show_pack

    for line in show_pack(_load(options.pack, options.packs)):
        print(line)
    return 0


def run_diff(options: Namespace) -> int:
    """Print what differs; 1 if anything does."""
    from jiebang.policy.diff import diff_packs

    lines = list(diff_packs(_load(options.old, options.packs), _load(options.new, options.packs)))
    for line in lines or ["两个政策包没有不同"]:
        print(line)
    return 1 if lines else 0


def _load(name: str, folders: list[Path] | None) -> Program:
    from jiebang.policy.find_pack import load_named
    from jiebang.policy.folders import BASES, default_folders

    return load_named(name, folders or default_folders("packs", "tests/packs"), BASES)
