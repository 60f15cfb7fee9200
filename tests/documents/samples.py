"""Small files of every kind, made by hand, and those that only pretend."""

import struct
import zipfile
from io import BytesIO

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 40
PROGRAM = b"MZ\x90\x00" + b"\x00" * 60
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def archive(**parts: bytes) -> bytes:
    """A zip of these parts; `__` in a name stands for a slash, `_dot_` for a dot."""
    return archive_of({name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()})


def archive_of(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return out.getvalue()


def office(folder: str, *, types: bytes = b"<Types/>", more: dict[str, bytes] | None = None) -> bytes:
    """A docx (folder word) or xlsx (folder xl)."""
    return archive_of({"[Content_Types].xml": types, f"{folder}/main.xml": b"<x/>", **(more or {})})


DOCX, XLSX = office("word"), office("xl")
OFD = archive_of({"OFD.xml": b"<ofd/>", "Doc_0/Document.xml": b"<d/>"})
ZIP = archive_of({"图纸/一.pdf": PDF, "说明.txt": b"x"})
DOCM = office("word", more={"word/vbaProject.bin": b"x"})
MACRO_TYPES = office(
    "word", types=b'<Types ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
)


def compound(*names: str) -> bytes:
    """An old Office file with these parts: one sector of tables, then as many of the directory as it takes."""
    entries = [_entry("Root Entry", 5), *(_entry(name, 2) for name in names)]
    entries += [b"\x00" * 128] * (-len(entries) % 4)
    sectors = len(entries) // 4
    follows = [_TABLE, *range(2, sectors + 1), _END]
    table = struct.pack("<128L", *follows, *[_FREE] * (128 - len(follows)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\x00" * 6 + struct.pack("<9L", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109L", 0, *[_FREE] * 108)
    assert len(header) == 512
    return header + table + b"".join(entries)


def _entry(name: str, kind: int) -> bytes:
    raw = name.encode("utf-16-le")
    return raw.ljust(64, b"\x00") + struct.pack("<HB", len(raw) + 2, kind) + b"\x00" * 61


DOC, XLS = compound("WordDocument", "1Table"), compound("a", "b", "c", "d", "Workbook")
