import struct
import tracemalloc
import zipfile
from io import BytesIO

import pytest
from tests.documents import samples
from tests.documents.samples import archive_of, compound, office

from jiebang.documents.errors import UnfitFile
from jiebang.documents.kinds import KINDS, check_file

MB = 1024 * 1024
ALL = list(KINDS)


def str_of(part: object) -> str:
    """Bytes make no readable name of a test."""
    return f"{len(part)}B" if isinstance(part, bytes) else str(part)


def check(name: str, data: bytes, allowed: list[str] | None = None, most: int = MB) -> str:
    kind = check_file(name, BytesIO(data), len(data), allowed=allowed or ALL, most=most)
    return next(key for key, one in KINDS.items() if one == kind)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("方案.pdf", samples.PDF, "pdf"),
        ("方案.PDF", samples.PDF, "pdf"),
        ("图.png", samples.PNG, "png"),
        ("图.jpeg", samples.JPEG, "jpg"),
        ("图.jpg", samples.JPEG, "jpg"),
        ("书.docx", samples.DOCX, "docx"),
        ("表.xlsx", samples.XLSX, "xlsx"),
        ("公文.ofd", samples.OFD, "ofd"),
        ("材料.zip", samples.ZIP, "zip"),
        ("旧.doc", samples.DOC, "doc"),
        ("旧.xls", samples.XLS, "xls"),
        ("旧.xls", compound("Book"), "xls"),
    ],
    ids=str_of,
)
def test_a_kind_is_told_by_its_content(name: str, data: bytes, kind: str) -> None:
    assert check(name, data) == kind


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("空.pdf", b"", "空的"),
        ("方案", samples.PDF, "没有扩展名"),
        (".pdf", samples.PDF, "没有扩展名"),
        ("程序.exe", samples.PROGRAM, "不收 .exe"),
        ("程序.pdf", samples.PROGRAM, "内容却是程序"),
        ("脚本.pdf", b"#!/bin/sh\nrm -rf /\n" + b" " * 20, "内容却是程序"),
        ("页.pdf", b"<html><script>alert(1)</script>" + b" " * 20, "内容却不是PDF"),
        ("图.svg", b"<svg/>", "不收 .svg"),
        ("图.png", samples.JPEG, "而是 JPEG"),
        ("书.docx", samples.XLSX, "而是 Excel"),
        ("书.docx", samples.ZIP, "而是 ZIP"),
        ("材料.zip", samples.DOCX, "而是 Word"),
        ("书.docx", office("ppt"), "内容却不是Word"),
        ("宏.docm", samples.DOCM, "不收带宏"),
        ("宏.docx", samples.DOCM, "有宏"),
        ("宏.docx", samples.MACRO_TYPES, "有宏"),
        ("宏.zip", samples.DOCM, "有宏"),
        ("宏.doc", compound("WordDocument", "Macros"), "有宏"),
        ("宏.xls", compound("Workbook", "a", "b", "c", "_VBA_PROJECT_CUR"), "有宏"),
        ("密.docx", compound("EncryptedPackage"), "打开密码"),
        ("包.zip", archive_of({"a/安装.EXE": b"x"}), "“安装.EXE”"),
        ("包.zip", archive_of({"宏.xlsm": b"x"}), "压缩包里有"),
        ("坏.zip", samples.ZIP[:-30], "损坏"),
        ("坏.docx", b"PK\x03\x04" + b"x" * 100, "损坏"),
        ("坏.doc", samples.DOC[:600], "损坏"),
        ("坏.doc", samples.DOC[:20], "损坏"),
        ("大.pdf", samples.PDF + b"x" * MB, "超过 1 MB"),
    ],
    ids=str_of,
)
def test_what_cannot_be_taken_is_told_in_words(name: str, data: bytes, told: str) -> None:
    with pytest.raises(UnfitFile) as caught:
        check(name, data)
    assert told in caught.value.what
    assert caught.value.fix


def test_only_what_the_installation_allows_is_taken() -> None:
    with pytest.raises(UnfitFile, match=r"不收 \.zip") as caught:
        check("材料.zip", samples.ZIP, ["pdf", "jpg"])
    assert caught.value.fix == "可以传：pdf、jpg、jpeg"


def test_the_largest_size_is_included() -> None:
    data = samples.PDF.ljust(MB, b" ")
    assert check("a.pdf", data) == "pdf"
    with pytest.raises(UnfitFile):
        check("a.pdf", data + b" ")


def test_a_bomb_is_not_opened() -> None:
    bomb = archive_of({"零.txt": b"\x00" * (60 * MB)})
    types = office("word", types=b"\x00" * (60 * MB))
    tracemalloc.start()
    assert check("包.zip", bomb) == "zip"
    assert check("书.docx", types) == "docx"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MB


def test_an_archive_of_too_many_entries_is_refused_by_its_count_alone() -> None:
    data = samples.ZIP[:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, 10, 0, 0)
    with pytest.raises(UnfitFile, match="太多"):
        check("包.zip", data)


def test_a_table_that_points_outside_is_damage() -> None:
    data = samples.ZIP[:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 100, 2**31, 0)
    with pytest.raises(UnfitFile, match="损坏"):
        check("包.zip", data)


def test_a_directory_that_leads_to_itself_ends() -> None:
    data = bytearray(samples.DOC)
    data[512 + 4 : 512 + 8] = struct.pack("<L", 1)
    with pytest.raises(UnfitFile, match="损坏"):
        check("环.doc", bytes(data))


def test_names_in_chinese_archives_are_read() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("aaaa.exe", b"x")
    data = out.getvalue().replace(b"aaaa", "木马".encode("gb18030"))
    with pytest.raises(UnfitFile, match=r"“木马\.exe”"):
        check("包.zip", data)


def test_a_long_file_lists_its_tables_elsewhere() -> None:
    """More than 109 tables: the chain of further tables is followed, and a directory behind them found."""
    short = samples.DOC
    header = bytearray(short[:512])
    far = 110 * 128
    sectors = [b"\x00" * 512] * (far + 1)
    header[48:52] = struct.pack("<L", far)  # the directory
    header[68:76] = struct.pack("<2L", 200, 1)  # the rest of the tables
    header[76:512] = struct.pack("<109L", *range(109))
    sectors[200] = struct.pack("<128L", 300, 301, *[0xFFFFFFFF] * 125, 0xFFFFFFFE)
    sectors[301] = struct.pack("<128L", 0xFFFFFFFE, *[0xFFFFFFFF] * 127)
    sectors[far] = short[1024:1536]
    assert check("长.doc", bytes(header) + b"".join(sectors), most=20 * MB) == "doc"
