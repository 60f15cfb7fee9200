from decimal import Decimal
from typing import Any

import pytest

from jiebang.console.fields import build_control, contradicts_none, fill_typed, read_control
from jiebang.console.typed_codes import check_codes
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.identifiers import MalformedCreditCode, make_synthetic_credit_code
from jiebang.policy.values import Kind, ValueType, read_value

OPTIONS = {"a": "甲", "b": "乙"}
RECORDS = ValueType(Kind.records, fields={"name": ValueType(Kind.text), "amount": ValueType(Kind.money)})


@pytest.mark.parametrize(
    ("of", "raw"),
    [
        (ValueType(Kind.money), "5000000 元"),
        (ValueType(Kind.money), "4999999.99 元"),
        (ValueType(Kind.money), "0.01 元"),
        (ValueType(Kind.percent), "12.5%"),
        (ValueType(Kind.term, "月"), "2 年"),
        (ValueType(Kind.term, "月"), "18 个月"),
        (ValueType(Kind.term, "日"), "7 日"),
        (ValueType(Kind.term, "工作日"), "10 个工作日"),
        (ValueType(Kind.count, "家"), "3 家"),
        (ValueType(Kind.score), "60.5 分"),
        (ValueType(Kind.date), "2026-03-02"),
        (ValueType(Kind.instant), "2026-03-02T17:00"),
        (ValueType(Kind.flag), True),
        (ValueType(Kind.flag), False),
        (ValueType(Kind.choice, options=OPTIONS), "b"),
        (ValueType(Kind.choice, options=OPTIONS, open_list=True), "清单以外"),
        (ValueType(Kind.choices, options=OPTIONS), ["a", "b"]),
        (ValueType(Kind.choices, options=OPTIONS, open_list=True), ["a", "清单以外"]),
        (ValueType(Kind.text), "第一行\n第二行"),
        (ValueType(Kind.persons), ["张三", "李四"]),
        (ValueType(Kind.file), "附件.pdf"),
        (RECORDS, [{"name": "首年", "amount": "100 万元"}, {"name": "次年"}]),
        (RECORDS, []),
        (ValueType(Kind.persons), []),
        (ValueType(Kind.organisations), []),
        (ValueType(Kind.choices, options=OPTIONS), []),
    ],
)
def test_a_value_goes_through_the_form_and_comes_back_the_same(of: ValueType, raw: Any) -> None:
    typed = fill_typed("values.x", of, raw)
    assert read_value(read_control("values.x", of, typed), of) == read_value(raw, of)


@pytest.mark.django_db
def test_every_kind_has_a_control() -> None:
    for kind in Kind:
        fields = {"name": ValueType(Kind.text)} if kind is Kind.records else None
        of = ValueType(kind, "家" if kind is Kind.count else None, OPTIONS, fields=fields)
        control = build_control("values.x", "名称", of, {})
        assert control.widget in {
            "text",
            "line",
            "number",
            "date",
            "instant",
            "flag",
            "radios",
            "select",
            "checks",
            "records",
        }
        assert read_control("values.x", of, {}) is None


def test_what_cannot_be_right_is_passed_on_as_typed() -> None:
    assert read_control("m", ValueType(Kind.money), {"m": ["六百"]}) == "六百 万元"
    assert read_control("m", ValueType(Kind.money), {"m": ["1.2 亿元"]}) == "1.2 亿元"
    assert read_control("f", ValueType(Kind.flag), {"f": ["maybe"]}) == "maybe"


@pytest.mark.parametrize(
    ("of", "some"),
    [
        (RECORDS, {"x--0--name": ["首年"]}),
        (ValueType(Kind.persons), {"x": ["张三"]}),
        (ValueType(Kind.choices, options=OPTIONS), {"x": ["a"]}),
        (ValueType(Kind.choices, options=OPTIONS, open_list=True), {"x--other": ["清单以外"]}),
    ],
)
def test_none_and_some_contradict_each_other(of: ValueType, some: dict[str, list[str]]) -> None:
    none = {"x--none": ["yes"]}
    assert contradicts_none("x", of, {**some, **none})
    assert not contradicts_none("x", of, some)
    assert not contradicts_none("x", of, {**none, "x": [""], "x--0--amount--unit": ["万元"]})


def test_rows_left_blank_do_not_count() -> None:
    typed = {
        "r--0--name": ["首年"],
        "r--0--amount--unit": ["万元"],
        "r--1--name": [" "],
        "r--1--amount--unit": ["万元"],
    }
    assert read_control("r", RECORDS, typed) == [{"name": "首年"}]
    assert len(build_control("r", "计划", RECORDS, typed).rows) == 2
    assert len(build_control("r", "计划", RECORDS, {**typed, "_rows": ["r"]}).rows) == 4


@pytest.mark.parametrize(
    ("of", "typed", "value"),
    [
        (ValueType(Kind.percent), "６０", Decimal("0.6")),
        (ValueType(Kind.percent), "６０％", Decimal("0.6")),
        (ValueType(Kind.count, "家"), "３", 3),
        (ValueType(Kind.score), "９０．５", Decimal("90.5")),
        (ValueType(Kind.money), "６００", Decimal(6000000)),
        (ValueType(Kind.money), "600万", Decimal(6000000)),
        (ValueType(Kind.money), "1,200", Decimal(12000000)),
        (ValueType(Kind.money), "1.2 亿", Decimal(120000000)),
        (ValueType(Kind.money), " 5000000元 ", Decimal(5000000)),
    ],
)
def test_numbers_are_read_as_people_type_them(of: ValueType, typed: str, value: object) -> None:
    assert read_value(read_control("x", of, {"x": [typed]}), of) == value


@pytest.mark.parametrize("kind", [Kind.percent, Kind.score, Kind.date, Kind.money])
@pytest.mark.parametrize("typed", ["-5", "1e9", "NaN", "长" * 100_000, "二〇二六", "9" * 60])
def test_what_is_no_number_is_told_shortly_and_as_what_is_asked_for(kind: Kind, typed: str) -> None:
    of = ValueType(kind)
    with pytest.raises(JiebangError) as caught:
        read_value(read_control("x", of, {"x": [typed]}), of)
    told = caught.value.beside_field
    assert len(told) < 200
    assert {"percent": "百分", "score": "分", "date": "日期", "money": "元"}[kind.value] in told
    assert "3 家" not in told


CODE = make_synthetic_credit_code(7)


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), f" {CODE[:8]} {CODE[8:]} ", CODE.translate({48 + n: 0xFF10 + n for n in range(10)})])  # fmt: skip
def test_a_credit_code_is_read_however_it_is_typed(typed: str, db: None) -> None:
    assert read_control("x", ValueType(Kind.organisation), {"x": [typed]}) == CODE


@pytest.mark.parametrize("typed", [CODE[:-1] + ("1" if CODE[-1] != "1" else "2"), CODE[:-1], CODE + "0", "I" + CODE[1:]])  # fmt: skip
def test_a_code_with_a_slip_is_no_name(typed: str, db: None) -> None:
    of = ValueType(Kind.organisations)
    with pytest.raises(MalformedCreditCode):
        check_codes(read_control("x", of, {"x": [f"示例大学（合成）\n{typed}"]}), of)
    check_codes(["示例大学（合成）", "Example 2000 Company", "张三"], of)
