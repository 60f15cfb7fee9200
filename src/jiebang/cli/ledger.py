"""`jiebang ledger verify|export`: hold the chains against themselves and the receipts, and hand one out as a file."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from jiebang.cli._django import set_up_django
from jiebang.kernel.errors import JiebangError


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("ledger", help="核验账本，导出账本")
    parts = parser.add_subparsers(dest="part", metavar="动作", required=True)
    verify = parts.add_parser("verify", help="逐条核验，并与提交回执里的哈希比对；有问题时退出码为 1")
    verify.add_argument("chains", nargs="*", metavar="链", help="如 bureau:1；不写则核验全部")
    verify.set_defaults(run=run_verify)
    export = parts.add_parser("export", help="导出一条链，任何人可用 verify_file.py 离线核验")
    export.add_argument("chain", metavar="链", help="如 bureau:1")
    export.add_argument("file", type=Path, metavar="FILE", help="写到哪个文件；- 为标准输出")
    export.set_defaults(run=run_export)


def run_verify(options: Namespace) -> int:
    """Verify each chain from its first entry; says where and how one is broken."""
    set_up_django()
    from jiebang.ledger.models import Chain
    from jiebang.ledger.verify import verify_chain
    from jiebang.lifecycle.receipts import hashes_of_receipts

    keys = options.chains or list(Chain.objects.order_by("pk").values_list("key", flat=True))
    broken = 0
    for key in keys:
        receipts = hashes_of_receipts(key)
        report = verify_chain(key, known_hashes=receipts)
        if report.problem is None:
            print(
                f"完好：{key}，{report.head_sequence} 条，与 {len(receipts)} 份回执相符，链头 {report.head_hash}"
            )
        else:
            broken += 1
            print(f"有问题：{key}，前 {report.verified_entries} 条完好。{report.problem.message}")
    if not keys:
        print("还没有账目。")
    return 1 if broken else 0


def run_export(options: Namespace) -> int:
    """Write a chain to a file, as stored."""
    set_up_django()
    from jiebang.ledger.export import export_chain

    if str(options.file) == "-":
        export_chain(options.chain, sys.stdout.buffer)
        return 0
    try:
        with options.file.open("wb") as file:
            written = export_chain(options.chain, file)
    except OSError as error:
        raise JiebangError(
            where=str(options.file), what=f"写不了：{error.strerror}", fix="换一个位置或检查权限"
        ) from error
    print(f"已导出 {written} 条到 {options.file}")
    return 0
