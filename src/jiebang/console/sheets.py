"""Read a list out of an xlsx file that somebody sends: bounded in every direction, formulas refused, text taken as text."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from jiebang.kernel.errors import JiebangError

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 60
_SEARCHED_FOR_HEADS = 10


class UnreadableSheet(JiebangError):
    """The file can't be taken as a list."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its value as Python has it, whether it is a formula, whether it is shown as a percentage."""

    value: Any
    is_formula: bool = False
    is_percent: bool = False

    @property
    def is_blank(self) -> bool:
        """Nothing in it, or only spaces."""
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())

    @property
    def text(self) -> str:
        """The value as text; a whole number without a point, a decimal by its shortest form, a date as a date."""
        value = self.value
        if value is None:
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, datetime):
            return value.date().isoformat()
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, float):
            # The file holds decimal digits; the shortest form of the float gives them back.
            exact = Decimal(repr(value))
            return f"{exact.to_integral_value():f}" if exact == exact.to_integral_value() else f"{exact:f}"
        return str(value).strip()


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the number it has in the file."""

    number: int
    cells: tuple[Cell, ...]


def read_rows(file: BinaryIO, size: int) -> list[Row]:
    """All rows of the first sheet, empty ones left out. Raises UnreadableSheet for whatever is too big or no xlsx file."""
    if size > MOST_BYTES:
        raise UnreadableSheet(
            what=f"文件有 {size // 1024} KB，太大", fix=f"不超过 {MOST_BYTES // 1024 // 1024} MB，分几次导入"
        )
    if not openpyxl.DEFUSEDXML:
        raise UnreadableSheet(what="本机缺少安全读取表格的组件", fix="请管理员安装 defusedxml")
    try:
        _require_moderate(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        rows = _collect(sheet)
        book.close()
    except UnreadableSheet:
        raise
    except Exception as error:
        raise UnreadableSheet(
            what="打不开这个文件", fix="用表格软件另存为只有这一张表、没有图表的 .xlsx 再上传"
        ) from error
    if not rows:
        raise UnreadableSheet(what="表里没有内容", fix="检查是不是第一张工作表")
    return rows


def _require_moderate(file: BinaryIO) -> None:
    """Raise UnreadableSheet for a small file that unpacks into a huge one, and for one with macros."""
    with zipfile.ZipFile(file) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
        has_macros = any(name.lower().endswith("vbaproject.bin") for name in packed.namelist())
    if has_macros:
        raise UnreadableSheet(what="不收带宏的表格", fix="另存为不带宏的 .xlsx 再上传")
    if unpacked > MOST_UNPACKED:
        raise UnreadableSheet(what="文件解开后太大", fix="另存为只有这一张表的 xlsx 再试")
    file.seek(0)


def _collect(sheet: Any) -> list[Row]:
    rows: list[Row] = []
    # Sizes that a file claims for itself may be wrong; what is read is counted instead.
    sheet.reset_dimensions()
    for number, raw in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        cells = tuple(
            Cell(one.value, one.data_type == "f", "%" in str(getattr(one, "number_format", "") or ""))
            for one in raw
        )
        if all(cell.is_blank for cell in cells):
            if number > MOST_ROWS * 3:
                break
            continue
        rows.append(Row(number, cells))
        if len(rows) > MOST_ROWS + _SEARCHED_FOR_HEADS:
            raise UnreadableSheet(what=f"超过 {MOST_ROWS} 行", fix="分几次导入")
    return rows


def column_name(index: int) -> str:
    """The letters of a column, counted from 0."""
    return str(get_column_letter(index + 1))


def write_rows(heads: list[str], rows: list[list[str]]) -> bytes:
    """An xlsx file of texts; nothing in it is a formula, whatever it begins with."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("需要更正")
    for row in [heads, *rows]:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value="".join(c for c in text if c.isprintable() or c in "\n\t"))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
