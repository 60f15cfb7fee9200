"""`jiebang evaluate`: put the facts of a file to a pack on a day; answers as JSON."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from datetime import date
from pathlib import Path
from typing import Any


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "evaluate", help="按某一天的办法判断一组事实，输出 JSON",
        description="按某一天的办法判断一组事实：结论与理由、金额与算法、期限、尚未定的事项。办法未施行时只说明未施行。",
    )  # fmt: skip
    parser.add_argument("--pack", required=True, metavar="编号[/版本]", help="政策包")
    parser.add_argument("--on", required=True, type=read_day, metavar="日期", help="判断之日，如 2026-03-02")
    parser.add_argument("--facts", required=True, type=Path, metavar="文件", help="事实文件（YAML 或 JSON）")
    parser.add_argument("--process", metavar="流程", help="只看一个流程；不写则用事实文件里的 process")
    parser.add_argument("--stage", metavar="阶段", help="只看在这个阶段运行的规则")
    parser.add_argument("--at", choices=("submit", "decide", "sign", "pay"), help="只看在这个时点运行的规则")
    parser.add_argument(
        "--adopted-on", type=read_day, metavar="日期", help="原文施行日期空缺时，有权机关记录的施行日期"
    )
    parser.add_argument(
        "--packs",
        action="append",
        type=Path,
        metavar="文件夹",
        help="在哪里找政策包；默认 packs 和 tests/packs",
    )
    parser.set_defaults(run=run)


def read_day(text: str) -> date:
    """A day given on the command line."""
    # Only when a day is given: the start of other commands isn't to wait for it.
    from jiebang.policy.values import BadValue
    from jiebang.policy.values import read_day as read

    try:
        return read(text)
    except BadValue as error:
        raise ArgumentTypeError(f"{error.what}，{error.fix}") from None


def run(options: Namespace) -> int:
    """Print the answer; 2 if the pack or the facts can't be read."""
    import json
    import sys

    from jiebang.kernel.periods import WorkingCalendar
    from jiebang.policy.evaluate import Asked, evaluate, read_question
    from jiebang.policy.find_pack import load_named
    from jiebang.policy.folders import BASES, default_folders
    from jiebang.policy.strict_yaml import PackProblems

    try:
        program = load_named(options.pack, options.packs or default_folders("packs", "tests/packs"), BASES)
        asked = Asked(options.on, options.process, options.stage, options.at, options.adopted_on)
        question = read_question(program, options.facts, asked, WorkingCalendar.bundled())
    except PackProblems as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"共 {len(error.problems)} 处问题，没有判断", file=sys.stderr)
        return 2
    print(json.dumps(evaluate(program, question), ensure_ascii=False, indent=2))
    return 0
