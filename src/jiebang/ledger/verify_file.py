"""Check an exported ledger chain: python verify_file.py FILE [--head SEQUENCE:HASH]

This one file needs nothing but Python 3.11 and nothing else of the system that wrote the export, so that anybody can
read it through and run it anywhere. The system itself computes its hashes with the functions below.

An entry's hash is the SHA-256, in lower-case hexadecimal, of eight lines of UTF-8 joined by line feeds, without one at
the end:

    jiebang ledger entry v1
    sha-256                          the algorithm
    bureau:42                        the chain's key
    7                                the entry's sequence: 1, 2, 3, …
    2026-01-02T03:04:05.000006Z      when, in UTC
    challenge.announced              what kind of act
    5f0c…                            the hash of the entry before; 64 zeros before the first
    {"challenge":"…"}                the body: canonical JSON, which has no line feed in it

So each entry fixes all entries before it, and `printf` and `sha256sum` suffice to check one by hand. An export is a
text of one JSON object per line: a line that names the format and the chain, the entries in order, and a line
that names the head, which shows that nothing was cut off:

    {"format": "jiebang-ledger-export-1", "chain": "bureau:42"}
    {"sequence": 1, "at": "…", "kind": "…", "body": "…", "previous": "…", "hash": "…", "algorithm": "sha-256"}
    {"head": {"sequence": 1, "hash": "…"}}

A file that is consistent in itself may still have been written anew from the beginning. Compare with a hash that you
got earlier or elsewhere: --head 7:5f0c… demands that entry 7 has that hash.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ALGORITHM = "sha-256"
GENESIS_HASH = "0" * 64
DOMAIN = "jiebang ledger entry v1"
EXPORT_FORMAT = "jiebang-ledger-export-1"

_TEXTS = ("at", "kind", "body", "previous", "hash", "algorithm")


class BadExport(Exception):
    """The file isn't an unaltered export; the message says from which line on, and why."""


def hash_entry(
    algorithm: str, chain_key: str, sequence: int, at: str, kind: str, previous_hash: str, body: str
) -> str:
    """The hash of one entry, as the head of this file tells. `at` is the instant's canonical text."""
    lines = (DOMAIN, algorithm, chain_key, str(sequence), at, kind, previous_hash, body)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def verify_lines(lines: Iterable[bytes], known_hashes: dict[int, str] | None = None) -> tuple[str, int, str]:
    """Check an export line by line; return its chain's key and its head's sequence and hash.

    `known_hashes` are hashes known from elsewhere, by sequence. Raises BadExport at the first line that is wrong.
    """
    unseen = dict(known_hashes or {})
    numbered = enumerate(lines, start=1)
    _, first = next(numbered, (0, b""))
    header = _read_object(first, 1)
    if header.keys() != {"format", "chain"} or header["format"] != EXPORT_FORMAT:
        raise BadExport(f"第 1 行：不是账本导出文件（应为 {EXPORT_FORMAT}）。请重新下载导出文件。")
    chain_key = _require_text(header, "chain", 1)
    sequence, previous = 0, GENESIS_HASH
    head: dict[str, Any] | None = None
    for number, line in numbered:
        if head is not None:
            raise BadExport(f"第 {number} 行：结尾之后还有内容。")
        entry = _read_object(line, number)
        if entry.keys() == {"head"}:
            head = entry["head"]
            continue
        sequence += 1
        previous = _verify_entry(entry, number, chain_key, sequence, previous)
        if (known := unseen.pop(sequence, previous)) != previous:
            raise BadExport(
                f"第 {number} 行：第 {sequence} 条的哈希与您已知的不同（{known}），账目已被改写。"
            )
    if head is None:
        raise BadExport(f"第 {sequence} 条之后缺少结尾行：文件被截断，请重新下载导出文件。")
    if head != {"sequence": sequence, "hash": previous}:
        raise BadExport(f"结尾行与最后一条（第 {sequence} 条）不符：末尾的条目被删去或改动。")
    if unseen:
        raise BadExport(f"缺少您已知的第 {min(unseen)} 条：账目只到第 {sequence} 条。")
    return chain_key, sequence, previous


def _verify_entry(entry: dict[str, Any], number: int, chain_key: str, sequence: int, previous: str) -> str:
    if entry.keys() != {"sequence", *_TEXTS}:
        raise BadExport(f"第 {number} 行：不是账本条目，字段多了或少了。")
    texts = {name: _require_text(entry, name, number) for name in _TEXTS}
    if type(entry["sequence"]) is not int or entry["sequence"] != sequence:
        raise BadExport(
            f"第 {number} 行：应为第 {sequence} 条，写的却是 {entry['sequence']}：有条目缺失或多出。"
        )
    if texts["algorithm"] != ALGORITHM:
        raise BadExport(f"第 {number} 行：第 {sequence} 条用了不认识的哈希算法，请换用新版核验程序。")
    if texts["previous"] != previous:
        raise BadExport(f"第 {number} 行：第 {sequence} 条没有接上前一条：它或前一条被改动。")
    digest = hash_entry(ALGORITHM, chain_key, sequence, texts["at"], texts["kind"], previous, texts["body"])
    if digest != texts["hash"]:
        raise BadExport(f"第 {number} 行：第 {sequence} 条的内容与它的哈希不符：内容被改动。")
    return digest


def _require_text(entry: dict[str, Any], name: str, number: int) -> str:
    value = entry[name]
    # A line feed inside a part would let one hash stand for two different entries.
    if not isinstance(value, str) or "\n" in value or _is_broken(value):
        raise BadExport(f"第 {number} 行：{name} 不是一行文字。")
    return value


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _read_object(line: bytes, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=_refuse_duplicates)
    except (ValueError, RecursionError):
        raise BadExport(f"第 {number} 行：不是 UTF-8 的 JSON，或有重复的键。请重新下载导出文件。") from None
    if not isinstance(value, dict):
        raise BadExport(f"第 {number} 行：不是 JSON 对象。请重新下载导出文件。")
    return value


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError
    return value


def _read_known(text: str) -> tuple[int, str]:
    sequence, _, digest = text.partition(":")
    if (
        not sequence.isascii()
        or not sequence.isdigit()
        or int(sequence) < 1
        or len(digest) != len(GENESIS_HASH)
    ):
        raise argparse.ArgumentTypeError("请写成 序号:哈希，哈希为 64 位十六进制")
    return int(sequence), digest.lower()


def main(arguments: list[str] | None = None) -> int:
    """Check one file; the exit status is 0 for a good one, 1 for a bad one, 2 when it can't be read."""
    parser = argparse.ArgumentParser(description="核验导出的账本链")
    parser.add_argument("file", help="导出的文件")
    parser.add_argument(
        "--head",
        action="append",
        type=_read_known,
        default=[],
        help="您已知的 序号:哈希，可写多次",
        metavar="序号:哈希",
    )
    options = parser.parse_args(arguments)
    try:
        with Path(options.file).open("rb") as file:
            chain_key, sequence, digest = verify_lines(file, dict(options.head))
    except OSError as error:
        sys.stderr.write(f"读不了文件 {options.file}：{error.strerror}。请核对路径和权限。\n")
        return 2
    except BadExport as error:
        sys.stderr.write(f"核验不通过。{error}\n")
        return 1
    sys.stdout.write(f"核验通过：{chain_key}，共 {sequence} 条，最后一条的哈希为 {digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
