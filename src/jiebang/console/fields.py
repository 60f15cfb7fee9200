"""One renderer for every kind of value a pack can ask for: from a type to a control, from what was typed to a raw value.

What was typed is kept as typed (a form's own words), so a value that can't be read is shown again as it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings

from jiebang.console.typed_codes import looks_like_code
from jiebang.console.typed_days import as_iso
from jiebang.documents.kinds import KINDS, allowed_words
from jiebang.documents.names import show_size
from jiebang.documents.queries import size_of
from jiebang.documents.reference import FileReference, read_reference
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.fullwidth import to_half_width
from jiebang.kernel.identifiers import MalformedCreditCode, check_credit_code
from jiebang.kernel.money import parse_yuan
from jiebang.organisations.models import Organisation
from jiebang.organisations.verified import is_verified_anywhere
from jiebang.policy.values import DAYS, LISTS, MONTHS, Kind, ValueType

Typed = Mapping[str, list[str]]
#: How many rows a list of records may have on a page.
MOST_ROWS = 60
#: Written with digits, as Chinese input methods may type them wide; amounts see to that themselves.
_NUMBERS = frozenset({Kind.percent, Kind.score, Kind.count, Kind.term})
_TERM_WORDS = {MONTHS: (("月", "个月"), ("年", "年")), DAYS: (("日", "日"),)}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONEY_UNITS = (("万元", "万元"), ("元", "元"), ("亿元", "亿元"))
#: Under which name a form says of a list that there are none, and the words that say so where lists are written as text.
NONE = "--none"
NONE_WORDS = frozenset({"无", "没有"})
#: Texts whose label ends so are short; any other text gets room for a paragraph.
_SHORT = (
    "名称", "姓名", "电话", "手机", "地址", "代码", "编号", "职务", "联系人", "负责人", "代表人", "单位", "文号", "人", "邮箱",
    "用户名", "全称", "指标值", "凭证号", "联系方式", "年度或里程碑", "方法", "年份",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: what is sent, what is shown, whether it is chosen."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that was uploaded, as a form shows it."""

    file: FileReference
    size: str


@dataclass(slots=True)
class Control:
    """One field of a form, ready to be shown."""

    name: str
    label: str
    widget: str
    value: str = ""
    required: bool = False
    hint: str = ""
    error: str = ""
    clause: str = ""
    unit: str = ""
    unit_name: str = ""
    units: list[Option] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    other: str = ""
    rows: list[list[Control]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    group: str = ""
    field_labels: Mapping[str, str] = field(default_factory=dict)
    #: whether its form is one that carries files
    uploads: bool = False
    held: HeldFile | None = None
    #: what is recorded, where a form starts blank and asks to confirm it
    offered: HeldFile | None = None
    initial: Any = None
    #: whether it is a list of which its filler may say that there are none, and whether that is said
    may_be_none: bool = False
    is_none: bool = False

    @property
    def id(self) -> str:
        """An identifier that selectors and labels can use."""
        return self.name.replace(".", "_")

    @property
    def accept(self) -> str:
        """The extensions a browser offers to choose from."""
        return ",".join(f".{one}" for key in settings.JIEBANG_FILE_KINDS for one in KINDS[key].extensions)

    @property
    def described_by(self) -> str:
        """The identifiers of the hint and the error, for those who listen."""
        found = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*found, f"{self.id}-error"] if self.error else found)

    @property
    def is_group(self) -> bool:
        """Whether it consists of several inputs and needs a legend instead of a label."""
        return self.widget in ("flag", "radios", "checks", "records")


def _one(typed: Typed, name: str) -> str:
    found = typed.get(name)
    return found[0].strip() if found else ""


def build_control(name: str, label: str, wanted: ValueType, typed: Typed, **more: Any) -> Control:
    """The control for a value of type `wanted`, filled with what was typed.

    `more`: required, hint, error, clause, group, field_labels, uploads, initial, may_be_none.
    """
    made = Control(name=name, label=label, widget=wanted.kind.value, value=_one(typed, name), **more)
    made.is_none = says_none(name, wanted, typed)
    _BUILD.get(wanted.kind, _build_plain)(made, wanted, typed)
    return made


def _build_plain(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.widget = "line"


def _build_text(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.widget = "line" if made.label.endswith(_SHORT) and "\n" not in made.value else "text"


def _build_money(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.widget, made.unit_name = "number", f"{made.name}--unit"
    held = _one(typed, made.unit_name) or "万元"
    made.units = [Option(value, label, value == held) for value, label in _MONEY_UNITS]


def _build_term(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.widget = "number"
    words = _TERM_WORDS.get(wanted.unit or "", (("个工作日", "个工作日"),))
    if len(words) == 1:
        made.unit = words[0][1]
        return
    made.unit_name = f"{made.name}--unit"
    held = _one(typed, made.unit_name) or words[0][0]
    made.units = [Option(value, label, value == held) for value, label in words]


def _build_with_unit(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.widget = "number"
    made.unit = {Kind.percent: "%", Kind.score: "分"}.get(wanted.kind, wanted.unit or "")


def _build_date(made: Control, wanted: ValueType, typed: Typed) -> None:
    # A browser's own picker, for the phone's sake; it would show what it can't read as nothing, so that stays a text.
    made.value = as_iso(made.value)
    made.widget = "date" if not made.value or _ISO.fullmatch(made.value) else "line"
    made.hint = made.hint or "年-月-日，例如 2026-03-02"


def _build_flag(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.options = [
        Option(value, label, made.value == value) for value, label in (("true", "是"), ("false", "否"))
    ]


def _build_choice(made: Control, wanted: ValueType, typed: Typed) -> None:
    options = wanted.options or {}
    made.widget = "radios" if len(options) <= 4 and not wanted.open_list else "select"
    made.options = [Option(key, label, made.value == key) for key, label in options.items()]
    if wanted.open_list:
        made.unit_name = f"{made.name}--other"
        made.other = _one(typed, made.unit_name)


def _build_choices(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.widget = "checks"
    chosen = typed.get(made.name, [])
    made.options = [Option(key, label, key in chosen) for key, label in (wanted.options or {}).items()]
    if wanted.open_list:
        made.unit_name = f"{made.name}--other"
        made.other = _one(typed, made.unit_name)


def _build_list(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.widget = "text"
    made.hint = made.hint or "一行写一个"


def _build_organisation(made: Control, wanted: ValueType, typed: Typed) -> None:
    made.widget = "line"
    made.hint = made.hint or "写单位全称或统一社会信用代码"


def _build_file(made: Control, wanted: ValueType, typed: Typed) -> None:
    if not made.uploads:
        made.widget = "line"
        made.hint = made.hint or "写文件名；纸件和附件随案卷归档"
        return
    most = show_size(settings.JIEBANG_FILE_MOST_BYTES)
    told = f"可以传 {allowed_words(settings.JIEBANG_FILE_KINDS)}，不超过 {most}"
    made.hint = f"{made.hint}；{told}" if made.hint else told
    made.held = _held(made.value)
    if made.held is None and not made.value:
        made.offered = _held(made.initial)


def _held(value: Any) -> HeldFile | None:
    found = read_reference(value)
    size = size_of(found) if found else None
    return HeldFile(found, show_size(size) if size is not None else "大小不明") if found else None


def _build_records(made: Control, wanted: ValueType, typed: Typed) -> None:
    fields = wanted.fields or {}
    labels = made.field_labels
    made.heads = [labels.get(key, key) for key in fields]
    shown = min(max(_count_rows(made.name, typed) + _asked_rows(made.name, typed), 1), MOST_ROWS)
    made.rows = [
        [
            build_control(f"{made.name}--{row}--{key}", labels.get(key, key), of, typed, uploads=made.uploads)
            for key, of in fields.items()
        ]
        for row in range(shown)
    ]
    for cell in (cell for row in made.rows for cell in row):
        cell.hint = ""  # no room for one in a table, and nothing may point to what isn't there
    made.unit_name = f"{made.name}--rows"


def _count_rows(name: str, typed: Typed) -> int:
    """How many rows were shown or filled before."""
    found = 0
    for key, values in typed.items():
        if key.startswith(f"{name}--") and not key.endswith("--unit") and any(v.strip() for v in values):
            part = key[len(name) + 2 :].partition("--")[0]
            if part.isdecimal():
                found = max(found, min(int(part) + 1, MOST_ROWS))
    return found


def _asked_rows(name: str, typed: Typed) -> int:
    return 3 if name in typed.get("_rows", []) else 1


_BUILD: dict[Kind, Any] = {
    Kind.text: _build_text,
    Kind.money: _build_money,
    Kind.term: _build_term,
    Kind.percent: _build_with_unit,
    Kind.count: _build_with_unit,
    Kind.score: _build_with_unit,
    Kind.date: _build_date,
    Kind.instant: lambda made, wanted, typed: None,
    Kind.flag: _build_flag,
    Kind.choice: _build_choice,
    Kind.choices: _build_choices,
    Kind.organisation: _build_organisation,
    Kind.organisations: _build_list,
    Kind.persons: _build_list,
    Kind.file: _build_file,
    Kind.records: _build_records,
}


def says_none(name: str, wanted: ValueType, typed: Typed) -> bool:
    """Whether the form says of a list that there are none."""
    return wanted.kind in LISTS and bool(_one(typed, name + NONE))


def contradicts_none(name: str, wanted: ValueType, typed: Typed) -> bool:
    """Whether the form says that there are none, and some all the same."""
    return says_none(name, wanted, typed) and bool(_read_typed(name, wanted, typed))


def read_control(name: str, wanted: ValueType, typed: Typed) -> Any:
    """The raw value typed, in the form `read_value` takes; None if nothing was. What can't be right is passed on as typed.

    A list left blank is nothing said; one that is said to have none is an empty list.
    """
    raw = _read_typed(name, wanted, typed)
    return [] if raw is None and says_none(name, wanted, typed) else raw


def _read_typed(name: str, wanted: ValueType, typed: Typed) -> Any:
    kind, text = wanted.kind, _one(typed, name)
    if kind is Kind.records:
        rows = [_read_row(f"{name}--{row}", wanted, typed) for row in range(_count_rows(name, typed))]
        return [row for row in rows if row] or None
    if kind is Kind.choices:
        other = _one(typed, f"{name}--other")
        chosen = [value for value in typed.get(name, []) if value]
        return [*chosen, *([other] if other else [])] or None
    if kind is Kind.choice:
        return _one(typed, f"{name}--other") or text or None
    if not text:
        return None
    if kind in (Kind.organisations, Kind.persons):
        lines = [line.strip() for line in text.replace("、", "\n").splitlines() if line.strip()]
        if len(lines) == 1 and lines[0] in NONE_WORDS:
            return []
        return [_code_of(line) for line in lines] if kind is Kind.organisations else lines
    if kind is Kind.organisation:
        return _code_of(text)
    if kind is Kind.flag:
        return {"true": True, "false": False}.get(text, text)
    if kind is Kind.date:
        return as_iso(text)
    return _with_unit(to_half_width(text) if kind in _NUMBERS else text, name, wanted, typed)


def _with_unit(text: str, name: str, wanted: ValueType, typed: Typed) -> str:
    kind = wanted.kind
    if kind is Kind.money:
        if text.endswith(("万", "亿")):
            return f"{text}元"  # as it is said; what stands in the field goes before the unit beside it
        return text if text.endswith("元") else f"{text} {_one(typed, f'{name}--unit') or '万元'}"
    if kind is Kind.percent:
        return text if text.endswith(("%", "％")) else f"{text}%"
    if kind is Kind.score:
        return text if text.endswith("分") else f"{text} 分"
    if kind is Kind.count:
        return text if text.endswith(wanted.unit or " ") else f"{text} {wanted.unit}"
    if kind is Kind.term and text[-1:].isdigit():
        words = _TERM_WORDS.get(wanted.unit or "", (("个工作日", ""),))
        unit = _one(typed, f"{name}--unit") or words[0][0]
        return f"{text} {unit}"
    return text


def _read_row(prefix: str, wanted: ValueType, typed: Typed) -> dict[str, Any]:
    found = {key: read_control(f"{prefix}--{key}", of, typed) for key, of in (wanted.fields or {}).items()}
    return {key: raw for key, raw in found.items() if raw is not None}


def _code_of(text: str) -> str:
    """The credit code of an organisation named exactly; anything else as it is.

    Anybody may register under a name that another has: of several the one that a bureau verified is meant, and a name
    that still isn't one organisation's has to be written as a code.
    """
    if looks_like_code(text):
        try:
            return check_credit_code(text)
        except MalformedCreditCode:
            return text
    named = list(Organisation.objects.filter(name=text)[:20])
    if len(named) > 1:
        named = [one for one in named if is_verified_anywhere(one)]
    return named[0].credit_code if len(named) == 1 else text


def fill_typed(name: str, wanted: ValueType, raw: Any) -> dict[str, list[str]]:
    """What a form would hold that sends `raw`: how recorded values come back into a form."""
    kind = wanted.kind
    if raw is None:
        return {}
    if raw == [] and kind in LISTS:
        return {name + NONE: ["yes"]}
    if kind is Kind.records:
        filled: dict[str, list[str]] = {}
        for number, row in enumerate(raw if isinstance(raw, list) else []):
            for key, of in (wanted.fields or {}).items():
                filled |= fill_typed(f"{name}--{number}--{key}", of, row.get(key))
        return filled
    if isinstance(raw, list):
        if kind is Kind.choices:
            known = [item for item in raw if item in (wanted.options or {})]
            other = [item for item in raw if item not in known]
            return {name: known, f"{name}--other": other} if other else {name: known}
        return {name: ["\n".join(map(str, raw))]}
    if isinstance(raw, bool):
        return {name: ["true" if raw else "false"]}
    return _fill_text(name, wanted, str(raw))


def _fill_text(name: str, wanted: ValueType, text: str) -> dict[str, list[str]]:
    kind = wanted.kind
    if kind is Kind.money:
        try:
            yuan = parse_yuan(text)
        except JiebangError:
            return {name: [text]}
        wan = (yuan / Decimal(10000)).normalize()
        is_round = wan == wan.quantize(Decimal("0.01"))
        return {
            name: [f"{wan:f}" if is_round else f"{yuan:f}"],
            f"{name}--unit": ["万元" if is_round else "元"],
        }
    if kind in (Kind.percent, Kind.score):
        return {name: [text.rstrip("%％分 ")]}
    if kind is Kind.count:
        return {name: [text.removesuffix(wanted.unit or "").strip()]}
    if kind is Kind.term:
        number = text.rstrip("个工作日天月年 ")
        unit = text[len(number) :].strip()
        return {name: [number], f"{name}--unit": [{"个月": "月", "天": "日"}.get(unit, unit)]}
    if kind is Kind.choice and wanted.open_list and text not in (wanted.options or {}):
        return {f"{name}--other": [text]}
    return {name: [text]}
