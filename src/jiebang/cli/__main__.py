"""`python -m jiebang.cli`: finds the command, registers it, runs it. Only the module of the command asked for is imported."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from typing import Any, NoReturn

import jiebang.cli
from jiebang.kernel.errors import JiebangError

#: argparse speaks through gettext; these are the sentences of it that a person meets here.
_CHINESE = {
    "usage: ": "用法：",
    "options": "选项",
    "positional arguments": "参数",
    "show this help message and exit": "显示这段说明",
    "the following arguments are required: %s": "缺少参数：%s",
    "unrecognized arguments: %s": "不认识的参数：%s",
    "expected one argument": "后面要跟一个值",
    "expected at least one argument": "后面至少要跟一个值",
    "not allowed with argument %s": "不能与 %s 同时使用",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)r（可选：%(choices)s）",
    "invalid %(type)s value: %(value)r": "%(value)r 不是可用的值（%(type)s）",
    "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
    "%(prog)s: error: %(message)s\n": "%(prog)s：错误：%(message)s\n",
}


class Parser(argparse.ArgumentParser):
    """A parser that ends with code 2 and one line in Chinese saying how to get help."""

    def error(self, message: str) -> NoReturn:
        """Print what was not understood and exit with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}：错误：{message}。用 {self.prog} --help 查看说明。\n")


def commands() -> list[str]:
    """The commands there are, by their modules."""
    return sorted(m.name for m in pkgutil.iter_modules(jiebang.cli.__path__) if not m.name.startswith("_"))


def build_parser(asked_for: str | None) -> argparse.ArgumentParser:
    """The parser with the command asked for, or with all of them if it isn't known."""
    parser = Parser(
        prog="jiebang", description="揭榜：把各地“揭榜挂帅”办法作为数据检查、解释和运行。", allow_abbrev=False
    )
    subparsers = parser.add_subparsers(dest="command", metavar="命令", required=True, parser_class=Parser)
    names = commands()
    module = (asked_for or "").replace("-", "_")
    for name in [module] if module in names else names:
        importlib.import_module(f"jiebang.cli.{name}").register(subparsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns its exit code."""
    vars(argparse)["_"] = lambda text: _CHINESE.get(text, text)
    given = sys.argv[1:] if arguments is None else arguments
    options: Any = build_parser(given[0] if given else None).parse_args(given)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except JiebangError as error:
        print(f"错误：{error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader (head, less) has seen enough; without this, Python complains once more while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
