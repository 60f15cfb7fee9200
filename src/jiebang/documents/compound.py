"""What an old Office file (OLE compound file: doc, xls) holds, from its directory alone; bounded, so that loops end."""

from __future__ import annotations

import struct
from typing import BinaryIO

from jiebang.documents.errors import UnfitFile

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_SIZE, _ENTRY_SIZE = 512, 128
_SECTOR_SHIFTS = (9, 12)
_LAST_SECTOR = 0xFFFFFFFA
_MOST_TABLES, _MOST_DIRECTORY_SECTORS = 4096, 1024
_IN_USE = (1, 2, 5)


def list_parts(file: BinaryIO) -> list[str]:
    """The names of all storages and streams. Raises UnfitFile for a file whose directory can't be read."""
    file.seek(0)
    header = file.read(_HEADER_SIZE)
    if len(header) < _HEADER_SIZE or header[:8] != MAGIC:
        raise _damaged()
    shift = struct.unpack("<H", header[30:32])[0]
    if shift not in _SECTOR_SHIFTS:
        raise _damaged()
    reader = _Sectors(file, shift, header)
    found: list[str] = []
    sector = struct.unpack("<L", header[48:52])[0]
    for _ in range(_MOST_DIRECTORY_SECTORS):
        if sector >= _LAST_SECTOR:
            return found
        found += _names_in(reader.read(sector))
        sector = reader.after(sector)
    raise _damaged()


class _Sectors:
    """Sectors by number, and which one follows which."""

    def __init__(self, file: BinaryIO, shift: int, header: bytes) -> None:
        self._file, self._size = file, 1 << shift
        self._tables = [n for n in struct.unpack("<109L", header[76:512]) if n < _LAST_SECTOR]
        # A file of more than seven megabytes lists the rest of its tables in a chain of sectors.
        more = struct.unpack("<L", header[68:72])[0]
        while more < _LAST_SECTOR and len(self._tables) < _MOST_TABLES:
            *tables, more = struct.unpack(f"<{self._size // 4}L", self.read(more))
            self._tables += [n for n in tables if n < _LAST_SECTOR]
            if not tables:
                break

    def read(self, number: int) -> bytes:
        self._file.seek((number + 1) * self._size)
        found = self._file.read(self._size)
        if len(found) < self._size:
            raise _damaged()
        return found

    def after(self, number: int) -> int:
        per_table = self._size // 4
        if number // per_table >= len(self._tables):
            raise _damaged()
        table = self.read(self._tables[number // per_table])
        at = number % per_table * 4
        return int(struct.unpack("<L", table[at : at + 4])[0])


def _names_in(sector: bytes) -> list[str]:
    found = []
    for at in range(0, len(sector), _ENTRY_SIZE):
        entry = sector[at : at + _ENTRY_SIZE]
        length = struct.unpack("<H", entry[64:66])[0]
        if entry[66] in _IN_USE and 2 <= length <= 64:
            found.append(entry[: length - 2].decode("utf-16-le", "replace"))
    return found


def _damaged() -> UnfitFile:
    return UnfitFile(what="文件不完整或已损坏，读不出内容目录", fix="用原来的软件打开、另存一份再传")
