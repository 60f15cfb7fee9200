"""What a zip container holds, from its table of contents alone: nothing is unpacked but one small part, and that bounded."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from jiebang.documents.errors import UnfitFile

_END, _CENTRAL, _LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_END_SIZE, _CENTRAL_SIZE, _LOCAL_SIZE = 22, 46, 30
_LONGEST_COMMENT = 65_535
MOST_ENTRIES = 10_000
_LARGEST_TABLE = 4 * 1024 * 1024
_LARGEST_PART = 1024 * 1024
_STORED, _DEFLATED = 0, 8
_UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the table of contents: its name, how and where it lies."""

    name: str
    method: int
    packed: int
    offset: int


def list_entries(file: BinaryIO, size: int) -> list[Entry]:
    """The table of contents. Raises UnfitFile where there is none, or one of more entries than anybody needs."""
    start = max(size - _END_SIZE - _LONGEST_COMMENT, 0)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise _damaged()
    _, _, _, _, count, length, offset, _ = struct.unpack("<4s4H2LH", tail[at : at + _END_SIZE])
    # 65,535 entries or an offset of four gigabytes mean "look in the big table"; nothing that big is taken anyway.
    if count > MOST_ENTRIES or length > _LARGEST_TABLE:
        raise UnfitFile(what=f"压缩包里的文件太多（超过 {MOST_ENTRIES} 个）", fix="拆成几个压缩包再传")
    if offset + length > start + at:
        raise _damaged()
    file.seek(offset)
    return _read_table(file.read(length), count)


def _read_table(table: bytes, count: int) -> list[Entry]:
    found: list[Entry] = []
    at = 0
    while len(found) < count:
        head = table[at : at + _CENTRAL_SIZE]
        if len(head) < _CENTRAL_SIZE or head[:4] != _CENTRAL:
            raise _damaged()
        flags, method = struct.unpack("<2H", head[8:12])
        packed = struct.unpack("<L", head[20:24])[0]
        name_length, extra_length, comment_length = struct.unpack("<3H", head[28:34])
        offset = struct.unpack("<L", head[42:46])[0]
        raw = table[at + _CENTRAL_SIZE : at + _CENTRAL_SIZE + name_length]
        # Archives made on Chinese systems name their files in GBK without saying so.
        name = raw.decode("utf-8" if flags & _UTF8 else "gb18030", "replace")
        found.append(Entry(name.replace("\\", "/"), method, packed, offset))
        at += _CENTRAL_SIZE + name_length + extra_length + comment_length
    return found


def read_part(file: BinaryIO, entry: Entry) -> bytes:
    """The first megabyte of one entry's content, unpacked. Raises UnfitFile where it can't be."""
    file.seek(entry.offset)
    head = file.read(_LOCAL_SIZE)
    if len(head) < _LOCAL_SIZE or head[:4] != _LOCAL or entry.method not in (_STORED, _DEFLATED):
        raise _damaged()
    name_length, extra_length = struct.unpack("<2H", head[26:30])
    file.seek(name_length + extra_length, 1)
    packed = file.read(min(entry.packed, _LARGEST_PART))
    if entry.method == _STORED:
        return packed
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _LARGEST_PART)
    except zlib.error:
        raise _damaged() from None


def _damaged() -> UnfitFile:
    return UnfitFile(what="文件不完整或已损坏，读不出内容目录", fix="用原来的软件打开、另存一份再传")
