"""What kind of file it is: by its own first bytes and its table of contents, never by what the browser says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from jiebang.documents.archives import Entry, list_entries, read_part
from jiebang.documents.compound import MAGIC as COMPOUND
from jiebang.documents.compound import list_parts
from jiebang.documents.errors import UnfitFile
from jiebang.documents.names import extension_of, show_size


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: how people call it, the extensions its names have, its media type."""

    label: str
    extensions: tuple[str, ...]
    media_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, FileKind] = {
    "pdf": FileKind("PDF", ("pdf",), "application/pdf"),
    "ofd": FileKind("OFD", ("ofd",), "application/ofd"),
    "doc": FileKind("Word 97–2003 文档", ("doc",), "application/msword"),
    "docx": FileKind("Word 文档", ("docx",), f"{_OFFICE}.wordprocessingml.document"),
    "xls": FileKind("Excel 97–2003 表格", ("xls",), "application/vnd.ms-excel"),
    "xlsx": FileKind("Excel 表格", ("xlsx",), f"{_OFFICE}.spreadsheetml.sheet"),
    "jpg": FileKind("JPEG 图片", ("jpg", "jpeg"), "image/jpeg"),
    "png": FileKind("PNG 图片", ("png",), "image/png"),
    "zip": FileKind("ZIP 压缩包", ("zip",), "application/zip"),
}
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"PK\x03\x04", "zip"),
    (COMPOUND, "doc"),
)
_PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_MACRO_EXTENSIONS = frozenset(
    {"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam"}
)
_PROGRAM_EXTENSIONS = frozenset(
    {
        "exe", "com", "scr", "pif", "dll", "sys", "msi", "msp", "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse",
        "wsf", "wsh", "hta", "lnk", "url", "reg", "cpl", "jar", "class", "apk", "sh", "html", "htm", "svg", "chm", "iso",
    }
)  # fmt: skip
#: Parts of an old Office file that there are only where there are macros.
_MACRO_PARTS = frozenset({"macros", "_vba_project_cur", "_vba_project", "vba"})
_MACRO_FIX = "另存为不带宏的格式（docx、xlsx）或转成 PDF 再传"


def allowed_words(allowed: Iterable[str]) -> str:
    """The extensions that may be sent, as people read them."""
    return "、".join(extension for key in allowed for extension in KINDS[key].extensions)


def check_file(name: str, file: BinaryIO, size: int, *, allowed: Sequence[str], most: int) -> FileKind:
    """The kind of a file that may be kept. `most`: the largest size in bytes. Leaves the file at its beginning.

    Raises UnfitFile, in words for whoever chose it: empty, too big, no extension or one that isn't taken, content that
    isn't what the extension says, macros, programs in an archive, a password that keeps the reader out.
    """
    if size == 0:
        raise UnfitFile(what="文件是空的（0 字节）", fix="重新选择有内容的文件")
    if size > most:
        raise UnfitFile(
            what=f"文件有 {show_size(size)}，超过 {show_size(most)} 的上限", fix="压缩图片或拆成几份再传"
        )
    named = _kind_named(name, allowed)
    found = tell_kind(file, size)
    if found != named:
        raise _not_what_it_says(name, named, found, file)
    file.seek(0)
    return KINDS[named]


def _kind_named(name: str, allowed: Sequence[str]) -> str:
    extension = extension_of(name)
    words = allowed_words(allowed)
    if not extension:
        raise UnfitFile(what="文件名没有扩展名，看不出是什么文件", fix=f"写全文件名再传，可以传：{words}")
    if extension in _MACRO_EXTENSIONS:
        raise UnfitFile(what=f"不收带宏的文件（.{extension[:10]}）", fix=_MACRO_FIX)
    named = next((key for key in allowed if extension in KINDS[key].extensions), None)
    if named is None:
        raise UnfitFile(what=f"不收 .{extension[:10]} 文件", fix=f"可以传：{words}")
    return named


def tell_kind(file: BinaryIO, size: int) -> str | None:
    """The kind that the content itself shows; None for one that isn't known. Raises UnfitFile for macros and the like."""
    file.seek(0)
    head = file.read(16)
    start = next((key for begins, key in _STARTS if head.startswith(begins)), None)
    if start == "zip":
        return _tell_archive(file, list_entries(file, size))
    if start == "doc":
        return _tell_compound(list_parts(file))
    return start


def _tell_archive(file: BinaryIO, entries: list[Entry]) -> str | None:
    names = {entry.name: entry for entry in entries}
    types = names.get("[Content_Types].xml")
    if types is None:
        if "OFD.xml" in names:
            return "ofd"
        _refuse_programs(names)
        return "zip"
    said = read_part(file, types).lower()
    if (
        b"macroenabled" in said
        or b"vbaproject" in said
        or any("vbaproject" in name.lower() for name in names)
    ):
        raise UnfitFile(what="文件里有宏，不收带宏的文件", fix=_MACRO_FIX)
    for folder, key in (("word/", "docx"), ("xl/", "xlsx")):
        if any(name.startswith(folder) for name in names):
            return key
    return None


def _refuse_programs(names: Iterable[str]) -> None:
    for name in names:
        extension = extension_of(name.rsplit("/", 1)[-1])
        if extension in _PROGRAM_EXTENSIONS | _MACRO_EXTENSIONS:
            shown = "".join(c for c in name.rsplit("/", 1)[-1] if c.isprintable())[:60]
            raise UnfitFile(
                what=f"压缩包里有程序、网页或带宏的文件（“{shown}”）", fix="从压缩包里去掉它，只留材料本身"
            )


def _tell_compound(parts: list[str]) -> str | None:
    known = {part.lower() for part in parts}
    if "encryptedpackage" in known:
        raise UnfitFile(what="文件设了打开密码，收件人打不开", fix="去掉密码、另存一份再传")
    if known & _MACRO_PARTS:
        raise UnfitFile(what="文件里有宏，不收带宏的文件", fix=_MACRO_FIX)
    if "worddocument" in known:
        return "doc"
    return "xls" if known & {"workbook", "book"} else None


def _not_what_it_says(name: str, named: str, found: str | None, file: BinaryIO) -> UnfitFile:
    said = KINDS[named].label
    file.seek(0)
    if file.read(16).startswith(_PROGRAM_STARTS):
        return UnfitFile(
            what=f"文件名写着 .{extension_of(name)}，内容却是程序，不收", fix=f"重新选择真正的{said}"
        )
    shown = f"，而是 {KINDS[found].label}" if found else ""
    return UnfitFile(
        what=f"文件名写着 .{extension_of(name)}，内容却不是{said}{shown}",
        fix=f"用原来的软件打开，另存为{said}再传，不要只改文件名",
    )
