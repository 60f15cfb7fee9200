"""Errors say where, what is wrong and what to do, in sentences a person can read."""

import copy
import pickle

import pytest

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.working_days import MalformedYearTable, UnknownYear


@pytest.mark.parametrize(
    ("where", "what", "fix", "sentence"),
    [
        ("", "没有写单位", "", "没有写单位。"),
        ("第 3 行", "没有写单位", "", "第 3 行：没有写单位。"),
        ("", "没有写单位", "请写上“元”", "没有写单位。请写上“元”。"),
        ("第 3 行", "没有写单位", "请写上“元”", "第 3 行：没有写单位。请写上“元”。"),
        ("第 3 行：", "没有写单位。", "请写上“元”。", "第 3 行：没有写单位。请写上“元”。"),
    ],
)
def test_reads_as_sentences(where: str, what: str, fix: str, sentence: str) -> None:
    assert str(JiebangError(where=where, what=what, fix=fix)) == sentence


def test_positional_arguments_are_refused() -> None:
    with pytest.raises(TypeError):
        JiebangError("没有写单位")  # type: ignore[call-arg]


def test_located_adds_the_outer_place_and_leaves_the_original_alone() -> None:
    inner = JiebangError(where="第 3 行", what="没有写单位")
    outer = inner.located("申报表.xlsx")
    assert str(outer) == "申报表.xlsx，第 3 行：没有写单位。"
    assert inner.where == "第 3 行"


def test_located_keeps_the_kind_and_what_it_knows() -> None:
    error = UnknownYear(2031).located("公示期")
    assert type(error) is UnknownYear
    assert (error.year, error.where) == (2031, "公示期")


@pytest.mark.parametrize(
    "error",
    [
        JiebangError(where="第 3 行", what="没有写单位", fix="请写上“元”"),
        UnknownYear(2031),
        MalformedYearTable(year=2031, problems=["甲", "乙"]),
    ],
)
def test_survives_copying_and_the_way_between_processes(error: JiebangError) -> None:
    sent = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own bytes
    for other in (copy.copy(error), copy.deepcopy(error), sent):
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert vars(other) == vars(error)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("五百万", "“五百万”"),
        ("甲" * 41, "“" + "甲" * 40 + "…”"),
        # A right-to-left override could reverse the message.
        pytest.param("a\x00\u202eb\n", "“a\ufffd\ufffdb\ufffd”", id="unprintable"),
        (5.0, "“5.0”"),
        pytest.param(10**5000, "“int”", id="5001 digits"),
    ],
)
def test_quoting_is_bounded_and_printable(value: object, shown: str) -> None:
    assert quote(value) == shown
