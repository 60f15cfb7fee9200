"""`jiebang ledger verify|export`: hold chains against themselves and the receipts, rows and files against them; hand chains out."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from jiebang.cli._django import set_up_django
from jiebang.kernel.errors import JiebangError


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("ledger", help="核验账本，导出账本")
    parts = parser.add_subparsers(dest="part", metavar="动作", required=True)
    verify = parts.add_parser(
        "verify",
        help="核对每条链、回执里的哈希、按账本办下的事项和账目、上传的文件，例如恢复备份以后；有问题时退出码为 1",
    )
    verify.add_argument("chains", nargs="*", metavar="链", help="如 bureau:1；不写则核验全部")
    verify.set_defaults(run=run_verify)
    export = parts.add_parser("export", help="导出每条链，任何人可用 verify_file.py 离线核验")
    export.add_argument("folder", type=Path, metavar="文件夹", help="每条链写成其中一个文件")
    export.add_argument("chains", nargs="*", metavar="链", help="如 bureau:1；不写则导出全部")
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
    broken += _verify_rows(keys, everywhere=not options.chains)
    if not options.chains:
        broken += _verify_files()
    return 1 if broken else 0


def _verify_rows(keys: list[str], *, everywhere: bool) -> int:
    """What pages, rules and amounts go by has to be what the chains say was done; how much isn't."""
    from jiebang.lifecycle.against_ledger import altered_rows
    from jiebang.organisations.against_ledger import altered_mandates

    altered = [told for key in keys for told in altered_rows(key)]
    if everywhere:
        altered += altered_mandates()
    for told in altered:
        print(f"有问题：{told}")
    print(f"事项、事实、决定、评分、拨付和授权与账本核对，{len(altered)} 处不符")
    return len(altered)


def _verify_files() -> int:
    """What the facts in the ledger name has to be there as it was sent; how many files aren't."""
    from jiebang.documents.queries import damaged_files

    count, damaged = damaged_files()
    for told in damaged:
        print(f"有问题：文件 {told}")
    print(f"上传的文件 {count} 个，{len(damaged)} 个缺失或损坏")
    return len(damaged)


def run_export(options: Namespace) -> int:
    """Write chains to files, as stored."""
    set_up_django()
    from jiebang.ledger.export import export_chain
    from jiebang.ledger.models import Chain

    for key in options.chains or list(Chain.objects.order_by("pk").values_list("key", flat=True)):
        path = options.folder / f"{key.replace(':', '-')}.jsonl"
        try:
            options.folder.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                written = export_chain(key, file)
        except OSError as error:
            raise JiebangError(
                where=str(path), what=f"写不了：{error.strerror}", fix="换一个位置或检查权限"
            ) from error
        print(f"已导出 {written} 条到 {path}")
    return 0
