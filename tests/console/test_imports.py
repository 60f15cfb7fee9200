import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life
from tests.lifecycle.crowd import count_queries

from jiebang.console.models import Draft
from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.ledger.models import Entry
from jiebang.lifecycle.models import FactEntry, Participation, Subject, Submission
from jiebang.organisations.models import Organisation

PlayLife = Callable[[str], Life]
OPEN = "2026-03-02T10:00"
HEADS = ["序号", "需求单位", "项目名称", "投入（万元）", "联系人"]


def xlsx(rows: list[list[Any]]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("清单.xlsx", out.getvalue())


def upload(life: Life, rows: list[list[Any]], who: str = "officer") -> tuple[Client, Any]:
    client = life.client(who)
    where = reverse("console:import", args=[life.subject("batch").pk, "collect"])
    return client, client.post(where, {"file": xlsx(rows)})


def preview(life: Life, rows: list[list[Any]]) -> dict[str, Any]:
    _, response = upload(life, rows)
    assert response.status_code == 302, re.sub(r"<[^>]+>", "", response.content.decode())[-900:]
    data: dict[str, Any] = Draft.objects.latest("pk").data
    return data


def faults(data: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(one["row"], one["column"], one["message"]) for one in data["faults"]]


def test_five_hundred_rows_with_three_bad_cells(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    firms = [
        Organisation.objects.create(
            name=f"示例第{n}厂（合成）", credit_code=make_synthetic_credit_code(1000 + n)
        )
        for n in range(50)
    ]
    rows: list[list[Any]] = [["某市第一批技术需求清单"], HEADS]
    rows += [[n, firms[n % 50].name, f"难题{n}号", 500 + n / 10, "某人"] for n in range(500)]
    rows[2 + 10][1] = "没有登记的厂"
    rows[2 + 20][3] = "六百"
    rows[2 + 30][2] = None
    client, response = upload(life, rows)
    assert Subject.objects.filter(kind="need").count() == 0
    draft = Draft.objects.latest("pk")
    assert len(draft.data["good"]) == 497
    assert [(row, column) for row, column, _ in faults(draft.data)] == [(13, "B"), (23, "D"), (33, "C")]
    page = client.get(response["Location"]).content.decode()
    assert "第 13 行 B 列" in page
    assert "没有登记这个单位" in page
    assert "没有用到的列：序号、联系人" in page
    assert page.index("导入这 497 行") < page.index("要更正的格子"), (
        "what is to be done stands before long lists"
    )
    assert "还没有保存任何东西" in page
    assert "项目投入总额 5,001,000.00 元" in page, "amounts are shown as they were understood"
    answers: list[Any] = []
    asked = count_queries(lambda: answers.append(client.post(response["Location"])))
    # A row costs what one need costs, however many there are beside it.
    assert asked < 15 * 497
    confirmed, again = answers[0], client.post(response["Location"])
    assert confirmed.status_code == again.status_code == 302
    assert Subject.objects.filter(kind="need").count() == 497
    assert Submission.objects.filter(draft=draft.key).count() == 1
    assert "还没有保存任何东西" not in client.get(response["Location"]).content.decode()
    batch = client.get(reverse("console:subject", args=[life.subject("batch").pk]))
    assert batch.context["count_below"] == 497
    assert len(batch.context["below"]) == 30, "the list of cases turns pages, the page of a case doesn't"
    assert "在事项里看全部" in batch.content.decode()
    need = Subject.objects.get(title="难题1号")
    assert need.lead == firms[1]
    assert FactEntry.objects.get(subject=need, name="challenge.total_investment").value == "500.1 万元"
    assert Participation.objects.get(subject=need).role == "sponsor"
    assert (
        f'"on_behalf_of":{firms[1].pk}'
        in Entry.objects.filter(kind="need.submitted").order_by("sequence")[1].body
    )


def test_the_bad_rows_can_be_taken_home(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    client, _ = upload(
        life, [HEADS, [1, "没有的厂", "=危险", "3", "@人"], [2, "示例甲公司（合成）", "好题", 600, ""]]
    )
    key = Draft.objects.latest("pk").key
    sheet = openpyxl.load_workbook(
        BytesIO(client.get(reverse("console:import_bad_rows", args=[key])).content)
    ).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == [*HEADS, "原表行号", "问题"]
    assert len(rows) == 2
    assert all(cell.data_type in ("s", "inlineStr", "n") and cell.data_type != "f" for cell in rows[1])
    assert "没有登记这个单位" in str(rows[1][-1].value)


def test_formulas_are_refused_and_text_that_looks_like_one_is_text(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADS)
    sheet.append([1, "示例甲公司（合成）", "", 600, ""])
    sheet["C2"].value = "=1+1 的证明"
    sheet["C2"].data_type = "s"
    sheet.append([2, "示例甲公司（合成）", "甲", "=500+100", ""])
    sheet.append([3, "示例甲公司（合成）", "@乙", 600, ""])
    out = BytesIO()
    book.save(out)
    client = life.client("officer")
    client.post(
        reverse("console:import", args=[life.subject("batch").pk, "collect"]),
        {"file": SimpleUploadedFile("a.xlsx", out.getvalue())},
    )
    data = Draft.objects.latest("pk").data
    assert [one["title"] for one in data["good"]] == ["=1+1 的证明", "@乙"]
    assert faults(data)[0][:2] == (3, "D")
    assert "公式" in faults(data)[0][2]


@pytest.mark.parametrize(
    ("head", "cell", "kept"),
    [
        ("投入（万元）", 600, "600 万元"),
        ("投入（万元）", 600.55, "600.55 万元"),
        ("投入(亿元)", "1.2", "1.2 亿元"),
        ("金额", "1.2 亿元", "1.2 亿元"),
        ("项目投入总额", "700 万元", "700 万元"),
        ("悬赏金额（元）", 5000000, "5000000 元"),
    ],
)
def test_amounts_keep_their_unit(life_until: PlayLife, head: str, cell: Any, kept: str) -> None:
    data = preview(life_until(OPEN), [["发榜单位", "榜单名称", head], ["示例甲公司（合成）", "题", cell]])
    assert data["good"][0]["values"]["challenge.total_investment"] == kept


def test_an_amount_without_a_unit_is_never_guessed(life_until: PlayLife) -> None:
    data = preview(life_until(OPEN), [["发榜单位", "榜单名称", "金额"], ["示例甲公司（合成）", "题", 600]])
    assert "没有写单位" in faults(data)[0][2]


def test_codes_names_and_repetitions(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    firm = life.stage.organisations["firm"]
    other = life.stage.organisations["other"]
    heads = ["统一社会信用代码", "单位名称", "需求名称"]
    data = preview(
        life,
        [
            heads,
            [firm.credit_code.lower(), "", "甲"],
            [firm.credit_code, other.name, "乙"],
            ["123", "", "丙"],
            [firm.credit_code, firm.name, "甲"],
        ],
    )
    assert [one["title"] for one in data["good"]] == ["甲"]
    told = {row: message for row, _, message in faults(data)}
    assert "不一致" in told[3]
    assert "18 位" in told[4]
    assert "重复" in told[5]
    assert data["lacking"] == ["项目投入总额"]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"not a sheet", "打不开"), (b"", "打不开"), (None, "没有选择文件")],
    ids=["not a sheet", "empty", "nothing"],
)
def test_what_is_no_list_is_refused_with_a_way_out(
    life_until: PlayLife, content: bytes | None, told: str
) -> None:
    life = life_until(OPEN)
    where = reverse("console:import", args=[life.subject("batch").pk, "collect"])
    files = {} if content is None else {"file": SimpleUploadedFile("x.xlsx", content or b" ")}
    response = life.client("officer").post(where, files)
    assert response.status_code == 422
    assert told in response.content.decode()


def test_bombs_and_heads_that_mean_nothing(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    where = reverse("console:import", args=[life.subject("batch").pk, "collect"])
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (61 * 1024 * 1024))
    response = life.client("officer").post(where, {"file": SimpleUploadedFile("b.xlsx", packed.getvalue())})
    assert "解开后太大" in response.content.decode()
    _, response = upload(life, [["甲", "乙"], ["1", "2"]])
    assert "找不到表头" in response.content.decode()
    _, response = upload(life, [["项目名称", "投入"], ["1", "2"]])
    assert "没有单位这一列" in response.content.decode()


def test_nobody_else_imports_or_sees_an_import(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    _, response = upload(life, [HEADS, [1, "示例甲公司（合成）", "好题", 600, ""]])
    assert life.client("second").get(response["Location"]).status_code == 404
    assert upload(life, [HEADS], who="firm")[1].status_code == 404


def test_one_need_is_entered_for_a_firm_by_hand(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    batch, client = life.subject("batch"), life.client("officer")
    where = reverse(
        "console:act", kwargs={"subject_id": batch.pk, "stage": "collect", "event": "import_needs"}
    )
    form = {
        "_draft": "hand",
        "_revision": "1",
        "values.need.title": "纸件来的题",
        "values.challenge.total_investment": "600",
    }
    unknown = client.post(where, {**form, "organisation": "没有的厂"})
    assert unknown.status_code == 422
    assert "没有登记这个单位" in unknown.content.decode()
    assert client.post(where, {**form, "organisation": "示例甲公司（合成）"}).status_code == 302
    assert Subject.objects.get(title="纸件来的题").lead == life.stage.organisations["firm"]


def _book(change: Callable[[Any], object]) -> bytes:
    book = openpyxl.Workbook()
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _with_macros() -> bytes:
    out = BytesIO(xlsx([HEADS, [1, "示例甲公司（合成）", "高温轴承", 600, "张"]]).read())
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (_book(lambda book: book.create_chartsheet(index=0)), "没有图表的"),
        (_with_macros(), "不收带宏的表格"),
        (xlsx([HEADS]).read(), "表头下面没有内容"),
        (xlsx([["需求单位", "项目名称", "项目名称 "], ["示例甲公司（合成）", "甲", "乙"]]).read(), "B、C 列的表头都是“项目名称”"),
        (xlsx([HEADS, *[[n, "示例甲公司（合成）", f"题{n}", 600, ""] for n in range(5001)]]).read(), "超过 2000 行"),
        (_with_macros()[:-200], "打不开这个文件"),
        (b"MZ" + b"\0" * 500, "打不开这个文件"),
    ],
    ids=["a chart", "macros", "only heads", "the same heading twice", "5,001 rows", "cut off", "a program"],
)  # fmt: skip
def test_odd_sheets_are_refused_with_a_way_out(life_until: PlayLife, content: bytes, told: str) -> None:
    life = life_until(OPEN)
    where = reverse("console:import", args=[life.subject("batch").pk, "collect"])
    answer = life.client("officer").post(where, {"file": SimpleUploadedFile("../清单.xlsx.exe", content)})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Draft.objects.exists()


def test_wide_digits_are_digits(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    data = preview(life, [HEADS, [1, "示例甲公司（合成）", "高温轴承", "６００", "张"]])
    assert data["faults"] == []
    assert data["good"][0]["values"]["challenge.total_investment"] == "６００ 万元"
