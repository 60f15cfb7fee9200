"""An officer enters next year's holidays, looks at them as a calendar, and what stood still goes on."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from tests.console.lives import Life
from tests.console.test_typed_days import HOLIDAYS, WORKED

from jiebang.ledger.models import Entry
from jiebang.lifecycle.models import StageRun, YearNotice
from jiebang.organisations.models import Mandate

PlayLife = Callable[[str], Life]
ADDRESS = "/console/working-years/"
TYPED = {
    "year": "2027",
    "number": "示例发〔2026〕7号",
    "on": "2026-11-05",
    "holidays": HOLIDAYS,
    "worked": WORKED,
}
LATE = "2026-12-20T09:00"


def late_life(life_until: PlayLife) -> Life:
    """The batch waits for its announcement; a window of twenty days would end in 2027."""
    life = life_until("2026-03-05T09:00")
    life.set_clock(LATE)
    return life


def announce(life: Life) -> str:
    batch = life.subject("batch")
    address = reverse(
        "console:act", kwargs={"subject_id": batch.pk, "stage": "announce", "event": "conclude"}
    )
    return life.client("officer").post(address, {"_draft": "a", "_revision": "1"}).content.decode()


def test_the_year_is_looked_at_then_recorded_in_the_ledger(life_until: PlayLife) -> None:
    client = late_life(life_until).client("officer")
    assert "还没有 2027 年的安排" in client.get(f"{ADDRESS}?year=2027").content.decode()
    shown = client.post(ADDRESS, {**TYPED, "_do": "look"})
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "放假 27 天，调休上班 2 天" in text
    assert '<td class="d-off">5<i>休</i></td>' in text
    assert '<td class="d-worked">14<i>班</i></td>' in text
    assert not YearNotice.objects.exists(), "looking records nothing"
    assert client.post(ADDRESS, {**TYPED, "_do": "record"}).status_code == 302
    entry = Entry.objects.filter(kind="working_year.recorded").get()
    assert "示例发〔2026〕7号" in entry.body
    assert "2027-02-05" in entry.body
    assert "经办甲" in client.get(f"{ADDRESS}?year=2027").content.decode()


def test_an_act_that_needs_the_year_says_where_to_enter_it_and_then_passes(life_until: PlayLife) -> None:
    life = late_life(life_until)
    case = life.client("officer").get(reverse("console:subject", args=[life.subject("batch").pk]))
    assert "working-years/?year=2027" in case.content.decode(), "told before anybody tries"
    text = announce(life)
    assert "截止时间落在 2027 年，而 2027 年的节假日安排还没有录入" in text
    assert "/console/working-years/?year=2027" in text
    life.client("officer").post(ADDRESS, {**TYPED, "_do": "record"})
    announce(life)
    assert StageRun.objects.filter(stage="bid", closed_at__isnull=True, closes_at__year=2027).exists()


def test_a_correction_supersedes_and_both_remain(life_until: PlayLife) -> None:
    client = late_life(life_until).client("officer")
    client.post(ADDRESS, {**TYPED, "_do": "record"})
    again = client.post(ADDRESS, {**TYPED, "_do": "record"})
    assert again.status_code == 422
    assert "已经录入过同样的安排" in again.content.decode()
    later = {**TYPED, "holidays": f"{HOLIDAYS}\n12月31日", "number": "示例发〔2026〕9号", "_do": "record"}
    assert client.post(ADDRESS, later).status_code == 302
    rows = list(YearNotice.objects.order_by("pk").values_list("number", "superseded_at"))
    assert [number for number, at in rows if at is None] == ["示例发〔2026〕9号"]
    assert len(rows) == 2
    assert Entry.objects.filter(kind="working_year.recorded").count() == 2
    assert "起被更正" in client.get(f"{ADDRESS}?year=2027").content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"year": "1999"}, "之间的年份"),
        ({"number": ""}, "必填"),
        ({"on": "去年"}, "没有这一天；写成 2026-03-02"),
        ({"on": "2026-12-31", "_do": "record"}, "还没有到"),
        ({"on": "2025-11-05", "_do": "record"}, "2025 年的通知不会安排 2027 年"),
        ({"holidays": "元旦：1月1日\n春节：二月五日"}, "放假日期第 2 行：看不懂"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    life_until: PlayLife, changed: dict[str, str], said: str
) -> None:
    client = late_life(life_until).client("officer")
    answer = client.post(ADDRESS, {**TYPED, "_do": "look", **changed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert "2月14日（星期日）" in text
    assert not YearNotice.objects.exists()


def test_the_date_of_the_notice_may_be_written_as_on_paper(life_until: PlayLife) -> None:
    client = late_life(life_until).client("officer")
    assert client.post(ADDRESS, {**TYPED, "on": "2026年11月5日", "_do": "record"}).status_code == 302
    assert YearNotice.objects.get().on.isoformat() == "2026-11-05"


@pytest.mark.parametrize(
    ("who", "status"), [("secretary", 403), ("auditor", 403), ("expert", 403), ("firm", 404)]
)
def test_only_a_bureau_enters_a_year(life_until: PlayLife, who: str, status: int) -> None:
    life = late_life(life_until)
    assert life.client(who).post(ADDRESS, {**TYPED, "_do": "record"}).status_code == status
    assert not YearNotice.objects.exists()


def test_the_ledger_entry_lies_with_the_bureau_that_made_it(life_until: PlayLife) -> None:
    life = late_life(life_until)
    life.client("head").post(ADDRESS, {**TYPED, "_do": "record"})
    entry = Entry.objects.select_related("chain").get(kind="working_year.recorded")
    bureau = Mandate.objects.get(pk=life.stage.accounts["head"][1].pk).authority_id
    assert entry.chain.key == f"bureau:{bureau}"
