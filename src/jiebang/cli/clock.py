"""`jiebang clock tick|run|sweep`: close what time has closed, once or every so often; clear away what is old."""

from __future__ import annotations

import logging
import time
from argparse import Namespace
from datetime import timedelta
from typing import Any

from jiebang.cli._django import set_up_django

log = logging.getLogger(__name__)

#: Longer than a request may wait for its turn and be answered.
PATIENCE = timedelta(minutes=2)


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("clock", help="办结到期的阶段：揭榜截止、公示期满")
    parts = parser.add_subparsers(dest="part", metavar="动作", required=True)
    once = parts.add_parser("tick", help="办结现在已经到期的，然后结束")
    once.set_defaults(run=run_tick)
    clear = parts.add_parser("sweep", help="清理从未提交的上传文件和过期的登录")
    clear.set_defaults(run=run_sweep)
    forever = parts.add_parser("run", help="隔一会儿看一次，每天清理一次，直到按 Ctrl-C")
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
    from jiebang.kernel.periods import local_date
    from jiebang.lifecycle.clock import read_clock

    told: set[tuple[str, str]] = set()
    swept = None
    try:
        while True:
            told = _tick(told)
            if swept != (today := local_date(read_clock())):
                swept = today
                try:
                    _sweep()
                except Exception:
                    # What is due must be closed whether or not old files could be cleared away.
                    log.exception("sweeping")
            time.sleep(max(options.every, 1))
    except KeyboardInterrupt:
        return 0


def run_sweep(options: Namespace) -> int:
    """One sweep; prints what it removed."""
    set_up_django()
    _sweep()
    return 0


def _sweep() -> None:
    from django.db import connection

    from jiebang.console.housekeeping import sweep
    from jiebang.lifecycle.clock import read_clock

    done = sweep(read_clock())
    print(f"已清理：从未提交的文件 {done.uploads} 个，登录尝试记录 {done.attempts} 条", flush=True)
    connection.close()


def _tick(told: set[tuple[str, str]] | None = None) -> set[tuple[str, str]]:
    """Tick, saying what waits only when it is new. Returns what waits."""
    from django.db import connection

    from jiebang.lifecycle.clock import read_clock, tick

    done = tick(read_clock(), PATIENCE)
    for name in done.closed:
        print(f"已到期办结：{name}", flush=True)
    for waiting in done.waiting:
        if told is None or waiting not in told:
            print(f"到期但还不能办结：{waiting[0]}：{waiting[1]}", flush=True)
    connection.close()
    return set(done.waiting)
