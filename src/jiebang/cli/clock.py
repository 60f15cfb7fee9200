"""`jiebang clock tick|run`: close what time has closed, once or every so often."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

from jiebang.cli._django import set_up_django


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("clock", help="办结到期的阶段：揭榜截止、公示期满")
    parts = parser.add_subparsers(dest="part", metavar="动作", required=True)
    once = parts.add_parser("tick", help="办结现在已经到期的，然后结束")
    once.set_defaults(run=run_tick)
    forever = parts.add_parser("run", help="隔一会儿看一次，直到按 Ctrl-C")
    forever.add_argument("--every", type=int, default=60, metavar="秒", help="间隔秒数，默认 60")
    forever.set_defaults(run=run_forever)


def run_tick(options: Namespace) -> int:
    """One tick; prints what it closed and what waits."""
    set_up_django()
    _tick()
    return 0


def run_forever(options: Namespace) -> int:
    """Tick until told to stop."""
    set_up_django()
    told: set[tuple[str, str]] = set()
    try:
        while True:
            told = _tick(told)
            time.sleep(max(options.every, 1))
    except KeyboardInterrupt:
        return 0


def _tick(told: set[tuple[str, str]] | None = None) -> set[tuple[str, str]]:
    """Tick, saying what waits only when it is new. Returns what waits."""
    from django.db import connection

    from jiebang.lifecycle.clock import read_clock, tick

    done = tick(read_clock())
    for name in done.closed:
        print(f"已到期办结：{name}", flush=True)
    for waiting in done.waiting:
        if told is None or waiting not in told:
            print(f"到期但还不能办结：{waiting[0]}：{waiting[1]}", flush=True)
    connection.close()
    return set(done.waiting)
