"""Days as officers type them, one line after another, each fault by its line."""

from datetime import date

import pytest

from jiebang.console.typed_days import TypedYear, UnreadableDay, as_iso, read_days

HOLIDAYS = """元旦：1月1日（星期五）至3日（星期日）放假调休，共3天
春节：2月5日至2月11日

清明节：2027-04-03 至 2027-04-05
劳动节：2027年5月1日-5月5日
端午节：6月9日
中秋节：9月15日
国庆节：10月1日到7日"""
WORKED = "2月14日（星期日）、2月20日（星期六）上班"


def test_a_notice_is_read_as_it_is_written() -> None:
    table = TypedYear(2027, HOLIDAYS, WORKED).read("示例通知（合成）")
    assert table is not None
    assert len(table.holidays) == 3 + 7 + 3 + 5 + 1 + 1 + 7
    assert table.working_weekends == {date(2027, 2, 14), date(2027, 2, 20)}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("5日", "看不懂“5日”"),
        ("元旦", "看不懂“元旦”"),
        ("2月30日", "没有 2027年2月30日 这一天"),
        ("2月5日（星期六）", "2027-02-05 是星期五，不是星期六"),
        ("10月7日至1日", "止日早于起日"),
        ("1月1日至12月31日", "有 365 天，不像一次放假"),
    ],
)
def test_what_cannot_be_read_is_told(line: str, said: str) -> None:
    with pytest.raises(UnreadableDay, match=said):
        list(read_days(line, 2027))


def test_every_fault_is_named_by_its_line() -> None:
    asked = TypedYear(2027, "元旦：1月1日\n春节：二月五日", "2月31日")
    assert asked.read("示例") is None
    assert [text.partition("：")[0] for text in asked.problems] == ["放假日期第 2 行", "调休上班日期第 1 行"]


def test_a_fault_of_the_whole_names_the_line_too() -> None:
    asked = TypedYear(2027, f"{HOLIDAYS}\n2月5日", "2月15日")
    assert asked.read("示例") is None
    assert asked.problems == [
        "放假日期第 9 行的 2027-02-05 与放假日期第 2 行重复",
        "调休上班日期第 1 行的 2027-02-15 不是周六或周日，不能是调休上班日",
    ]
    cut_short = TypedYear(2027, "元旦：1月1日", "")
    assert cut_short.read("示例") is None
    assert "没有国庆节的放假日，安排可能没有导完整" in cut_short.problems


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("2026-3-2", "2026-03-02"),
        ("2026年3月2日", "2026-03-02"),
        ("２０２６/３/２", "2026-03-02"),
        ("2026.3.2", "2026-03-02"),
        ("2026-02-30", "2026-02-30"),
        ("3月2日", "3月2日"),
        ("明天", "明天"),
    ],
)
def test_a_date_may_be_written_as_people_do(typed: str, sent: str) -> None:
    assert as_iso(typed) == sent
