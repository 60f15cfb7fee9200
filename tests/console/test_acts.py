import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.text import slugify
from tests.console.lives import Life

from jiebang.console.models import Draft
from jiebang.funding.models import Payment
from jiebang.ledger.models import Entry
from jiebang.lifecycle.models import FactEntry, StageRun, Subject, Submission
from jiebang.policy.stages import KINDS
from jiebang.policy.words import outcome_label

PlayLife = Callable[[str], Life]


def address(subject: Subject, stage: str, event: str) -> str:
    return reverse("console:act", kwargs={"subject_id": subject.pk, "stage": stage, "event": event})


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def open_form(client: Client, where: str) -> dict[str, str]:
    html = client.get(where).content.decode()
    names = ["_draft", "_revision", *(["_read"] if 'name="_read"' in html else [])]
    return {name: hidden(html, name) for name in names}


NEED = {
    "values.need.title": "高温轴承",
    "values.challenge.total_investment": "600",
    "values.challenge.total_investment--unit": "万元",
}


def test_a_firm_submits_and_a_second_click_gives_the_same_receipt(life_until: PlayLife) -> None:
    life = life_until("2026-03-02T10:00")
    batch, client = life.subject("batch"), life.client("firm")
    where = address(batch, "collect", "submit_need")
    form = {**open_form(client, where), **NEED}
    first, second = client.post(where, form), client.post(where, form)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    need = Subject.objects.get(parent=batch, kind="need")
    assert FactEntry.objects.get(subject=need, name="challenge.total_investment").value == "600 万元"
    page = client.get(first["Location"]).content.decode()
    entry = Entry.objects.get(kind="stage.submit_need")
    assert entry.hash in page
    assert f"第 {entry.sequence} 条" in page


def test_what_was_changed_on_a_form_that_was_sent_is_never_called_received(life_until: PlayLife) -> None:
    """Going back after sending, or a second window: the receipt would be taken to be of what stands there now."""
    life = life_until("2026-03-02T10:00")
    batch, client = life.subject("batch"), life.client("firm")
    where = address(batch, "collect", "submit_need")
    form = {**open_form(client, where), **NEED}
    client.post(where, form)
    entries = Entry.objects.count()
    changed = {**form, "values.need.title": "低温轴承"}
    told = client.post(where, changed)
    html = told.content.decode()
    assert told.status_code == 409
    assert "后来改的还没有提交" in html
    assert 'value="低温轴承"' in html
    assert Entry.objects.count() == entries
    again = {**changed, **{name: hidden(html, name) for name in ("_draft", "_revision", "_replace")}}
    assert client.post(where, again).status_code == 302
    assert [one.title for one in Subject.objects.filter(parent=batch, kind="need")] == ["低温轴承"]


def test_the_same_is_told_when_the_window_has_closed_since(life_until: PlayLife) -> None:
    life = life_until("2026-03-02T10:00")
    batch, client = life.subject("batch"), life.client("firm")
    where = address(batch, "collect", "submit_need")
    form = {**open_form(client, where), **NEED}
    receipt = client.post(where, form)["Location"]
    close = address(batch, "collect", "close")
    officer = life.client("officer")
    assert officer.post(close, open_form(officer, close)).status_code == 302
    assert client.post(where, form)["Location"] == receipt
    told = client.post(where, {**form, "values.need.title": "低温轴承"})
    assert told.status_code == 409
    assert "请复制下来" in told.content.decode()
    assert "低温轴承" in told.content.decode()


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(life_until: PlayLife) -> None:
    life = life_until("2026-03-02T10:00")
    batch, client = life.subject("batch"), life.client("firm")
    where = address(batch, "collect", "submit_need")
    typed = {"values.need.title": "半拉子<b>题目", "values.challenge.total_investment": "六百"}
    response = client.post(where, {**open_form(client, where), **typed})
    html = response.content.decode()
    assert response.status_code == 422
    assert "半拉子&lt;b&gt;题目" in html
    assert 'value="六百"' in html
    assert 'id="values_challenge_total_investment-error"' in html
    assert 'aria-invalid="true"' in html
    empty = client.post(where, open_form(client, where)).content.decode()
    assert empty.count("必填</p>") == 2
    assert not Subject.objects.filter(kind="need").exists()


def test_a_half_filled_form_is_saved_and_found_again(life_until: PlayLife) -> None:
    life = life_until("2026-03-02T10:00")
    batch, client = life.subject("batch"), life.client("firm")
    where = address(batch, "collect", "submit_need")
    form = {**open_form(client, where), "values.need.title": "写到一半", "_do": "save"}
    status = client.post(where, form, headers={"HX-Request": "true"})
    assert "草稿已保存" in status.content.decode()
    assert "<html" not in status.content.decode()
    assert client.post(where, form).status_code == 302
    again = client.get(where).content.decode()
    assert 'value="写到一半"' in again
    assert hidden(again, "_draft") == form["_draft"]
    assert Draft.objects.count() == 1
    assert 'value="写到一半"' not in life.client("prof").get(where).content.decode()
    stolen = life.client("prof").post(where, {**form, "values.need.title": "别人的"})
    assert stolen.status_code == 302
    assert 'value="写到一半"' in client.get(where).content.decode()


def test_a_sent_draft_is_not_offered_again(life_until: PlayLife) -> None:
    life = life_until("2026-03-02T10:00")
    batch, client = life.subject("batch"), life.client("firm")
    where = address(batch, "collect", "submit_need")
    form = open_form(client, where)
    client.post(where, {**form, **NEED, "_do": "save"})
    client.post(where, {**form, **NEED})
    assert hidden(client.get(where).content.decode(), "_draft") != form["_draft"]
    Draft.objects.update(
        sent_at=None
    )  # as the second of two clicks leaves it that saves before the first is through
    assert hidden(client.get(where).content.decode(), "_draft") != form["_draft"]


def test_a_save_that_comes_too_late_brings_no_draft_back(life_until: PlayLife) -> None:
    life = life_until("2026-03-02T10:00")
    batch, client = life.subject("batch"), life.client("firm")
    where = address(batch, "collect", "submit_need")
    form = {**open_form(client, where), **NEED}
    client.post(where, form)
    late = client.post(where, {**form, "_do": "save"}, headers={"HX-Request": "true"})
    assert "没有保存" in late.content.decode()
    assert not Draft.objects.filter(sent_at=None).exists()


def test_a_second_bid_asks_before_it_replaces(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T10:00")
    challenge, client = life.subject("challenge"), life.client("prof")
    where = address(challenge, "bid", "submit_bid")
    html = client.get(where).content.decode()
    assert life.subject("bid1").number in html
    assert "路线一" in html
    form = {
        "_draft": hidden(html, "_draft"), "_revision": hidden(html, "_revision"), "values.bid.title": "改过的题目",
        "values.bid.plan": "改过的路线",
    }  # fmt: skip
    refused = client.post(where, form)
    assert refused.status_code == 422
    assert "替换" in refused.content.decode()
    assert "改过的路线" in refused.content.decode()
    ticked = re.compile(r'name="_replace" value="\d+" checked')
    assert ticked.search(html), "whoever opens the form with it before their eyes has come to replace it"
    assert not ticked.search(refused.content.decode()), (
        "what may have come in since is replaced by nobody unasked"
    )
    assert client.post(where, {**form, "_replace": str(life.subject("bid1").pk)}).status_code == 302
    assert life.subject("bid1").title == "改过的题目"
    assert Subject.objects.filter(parent=challenge, kind="bid").count() == 1


def test_only_the_firm_it_was_returned_to_corrects_a_need(life_until: PlayLife) -> None:
    life = life_until("2026-03-03T14:00")
    need = life.subject("need")
    where = address(need, "collect", "submit_need")
    assert life.client("prof").post(where, {"_draft": "z", "_revision": "1", **NEED}).status_code == 404
    client = life.client("firm")
    html = client.get(where).content.decode()
    assert "499.999999" in html or "4999999.99" in html  # what was handed in before is there to be corrected
    response = client.post(where, {"_draft": hidden(html, "_draft"), "_revision": "1", **NEED})
    assert response.status_code == 302
    assert StageRun.objects.get(subject=need, stage="vet", closed_at__isnull=True).round == 2


def test_a_refusal_cites_the_clause_and_keeps_what_was_typed(life_until: PlayLife) -> None:
    life = life_until("2026-03-03T11:00")
    need, client = life.subject("need"), life.client("officer")
    where = address(need, "vet", "conclude")
    form = {
        **open_form(client, where), "outcome": "passed", "note": "同意列入", "facts.challenge.total_investment": "499.99",
        "facts.challenge.total_investment--unit": "万元",
    }  # fmt: skip
    response = client.post(where, form)
    html = response.content.decode()
    assert response.status_code == 422
    assert "第四条" in html
    assert "不低于 5,000,000.00 元" in html
    assert "同意列入" in html
    assert 'value="499.99"' in html
    passed = client.post(where, {**form, "facts.challenge.total_investment": "500"}, follow=True)
    assert "已办理，记入账本第" in passed.content.decode()
    late = life.client("second").post(where, {**form, "_draft": "other"})
    assert "已由经办甲" in late.content.decode()


def test_an_officer_is_told_why_an_act_is_not_possible(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T09:00")
    page = (
        life.client("officer")
        .get(reverse("console:subject", args=[life.subject("challenge").pk]))
        .content.decode()
    )
    assert "要到 2026-03-25 17:00 截止之后" in page
    assert "要以单位的身份提交" in page or "由符合条件的单位办理" in page


def test_what_is_undecided_is_said_before_it_stops_anybody(life_until: PlayLife) -> None:
    life = life_until("2026-03-31T09:00")
    challenge, client = life.subject("challenge"), life.client("secretary")
    page = client.get(reverse("console:subject", args=[challenge.pk])).content.decode()
    assert "公示按自然日还是工作日" in page
    where = address(challenge, "council", "conclude")
    response = client.post(where, {**open_form(client, where), "outcome": "approved"})
    assert response.status_code == 422
    assert "/console/programmes/thin/discretion/" in response.content.decode()


def test_money_from_proposal_to_voucher(life_until: PlayLife) -> None:
    life = life_until("2026-04-13T09:00")
    project, officer, head = life.subject("project"), life.client("officer"), life.client("head")
    where = address(project, "pay", "propose_payment")
    over = {"facts.project.aid": "200.000001", "facts.project.aid--unit": "万元"}
    panel = officer.post(reverse("console:amounts", args=[project.pk, "pay"]), over).content.decode()
    assert "现在的上限" in panel
    assert "2,000,000.00 元" in panel
    assert "可由有权者例外" in panel
    refused = officer.post(where, {**open_form(officer, where), **over})
    assert refused.status_code == 422
    assert "超过上限" in refused.content.decode()
    right = {"facts.project.aid": "200", "facts.project.aid--unit": "万元"}
    preview = officer.post(where, {**open_form(officer, where), **right, "_do": "preview"})
    assert "在限额之内" in preview.content.decode()
    assert not Payment.objects.exists()
    assert officer.post(where, {**open_form(officer, where), **right}).status_code == 302
    sign = address(project, "pay", "sign_off")
    record = address(project, "pay", "record_payment")
    voucher = {"paid_on": "2026-04-13", "voucher": "示例001"}
    early = officer.post(record, {"_draft": "r", "_revision": "1", **voucher})
    assert "审批还没有签完" in early.content.decode()
    for client in (officer, head):
        assert client.post(sign, {**open_form(client, sign), "agreed": "true"}).status_code == 302
    assert officer.post(record, {**open_form(officer, record), **voucher}).status_code == 302
    page = officer.get(reverse("console:subject", args=[project.pk])).content.decode()
    assert "凭证 示例001" in page
    assert "借 拨付" in page


def test_an_expert_marks_and_the_bureau_sums_up(life_until: PlayLife) -> None:
    life = life_until("2026-03-27T09:00")
    bid, expert = life.subject("bid1"), life.client("expert")
    where = address(bid, "review", "record_review")
    bad = expert.post(where, {**open_form(expert, where), "marks.plan": "101"})
    assert "超出范围" in bad.content.decode()
    assert expert.post(where, {**open_form(expert, where), "marks.plan": "60"}).status_code == 302
    assert "已打分" in expert.get("/console/worklist/").content.decode()


def test_marks_changed_on_a_form_that_was_sent_are_not_called_recorded(life_until: PlayLife) -> None:
    life = life_until("2026-03-27T09:00")
    bid, expert = life.subject("bid1"), life.client("expert")
    where = address(bid, "review", "record_review")
    form = open_form(expert, where)
    expert.post(where, {**form, "marks.plan": "60"})
    page = expert.post(where, {**form, "marks.plan": "90"}, follow=True).content.decode()
    assert "同一张表单只办一次，之后在它上面改的没有记" in page


def test_a_departure_is_recorded_with_its_reason(life_until: PlayLife) -> None:
    life = life_until("2026-04-13T09:00")
    project, client = life.subject("project"), life.client("officer")
    where = reverse("console:departure", args=[project.pk])
    blank = client.post(where, {"key": "aid#usual", "reason": " "})
    assert blank.status_code == 422
    assert '<p class="error" id="reason-error">必填</p>' in blank.content.decode()
    assert client.post(where, {"key": "aid#usual", "reason": "意义重大"}).status_code == 302
    assert "意义重大" in client.get(reverse("console:subject", args=[project.pk])).content.decode()
    assert client.get(f"{where}?key=aid%23cap").status_code == 404


@pytest.mark.parametrize(("value", "status"), [("natural", 302), ("", 422), ("fortnight", 422)])
def test_what_is_open_is_decided_with_a_reason(life_until: PlayLife, value: str, status: int) -> None:
    life = life_until("2026-03-31T09:00")
    client = life.client("officer")
    where = reverse("console:discretion", args=["thin"])
    name = "value.notice-counting.0"
    unreasoned = client.post(where, {"question": name, name: value, "reason": " "}).content.decode()
    assert f'id="reason-{slugify(name)}-error">必填</p>' in unreasoned, "beside the field that it is about"
    response = client.post(where, {"question": name, name: value, "reason": "办法未写"})
    assert response.status_code == status
    if status == 302:
        page = client.get(where).content.decode()
        assert "自然日" in page
        assert "办法未写" in page


def test_a_batch_is_opened(life_until: PlayLife) -> None:
    life = life_until("2026-03-02T10:00")
    client = life.client("officer")
    where = reverse("console:open_batch", args=["thin"])
    form = {"process": "whole", "number": "2026-2", "title": "第二批"}
    assert client.post(where, {**form, "number": ""}).status_code == 422
    assert client.post(where, {**form, "number": "2026-1"}).status_code == 422
    assert client.post(where, form).status_code == 302
    assert Subject.objects.get(number="2026-2").title == "第二批"


def test_a_document_from_outside_is_recorded(life_until: PlayLife) -> None:
    life = life_until("2026-03-31T09:00")
    client = life.client("officer")
    where = reverse("console:external_act", args=["thin"])
    form: dict[str, Any] = {
        "issuer": life.stage.authorities["meeting"].pk, "number": "示例〔2026〕1号", "on": "2026-03-30", "title": "会议纪要",
    }  # fmt: skip
    assert client.post(where, {**form, "on": "2026-04-30"}).status_code == 422
    assert client.post(where, form).status_code == 302
    assert "示例〔2026〕1号" in client.get(reverse("console:discretion", args=["thin"])).content.decode()


def test_every_outcome_has_a_chinese_word() -> None:
    for kind, described in KINDS.items():
        for outcome in described.outcomes:
            assert re.fullmatch(r"[一-鿿]+", outcome_label(kind, outcome)), (kind, outcome)


def test_one_enters_with_a_password_and_chooses_an_identity(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T09:00")
    account, mandate = life.stage.accounts["firm"]
    account.set_password("正确的口令·123")
    account.save()
    client = Client()
    wrong = client.post("/console/log-in/", {"username": account.username, "password": "错"})
    assert wrong.status_code == 422
    assert "用户名或口令不对" in wrong.content.decode()
    entered = client.post(
        "/console/log-in/",
        {"username": account.username, "password": "正确的口令·123", "next": "https://elsewhere.example/"},
    )
    assert entered["Location"] == "/console/worklist/"
    other = life.stage.accounts["prof"][1]
    second = type(mandate).objects.create(
        person=account.person, organisation=other.organisation, position="member", from_on="2026-01-01"
    )
    assert client.get("/console/worklist/")["Location"] == "/console/identities/"
    assert client.post("/console/identities/", {"mandate": other.pk}).status_code == 404
    assert client.post("/console/identities/", {"mandate": second.pk}).status_code == 302
    assert "示例大学" in client.get("/console/worklist/").content.decode()


def test_no_receipt_without_the_case(life_until: PlayLife) -> None:
    life = life_until("2026-03-26T09:00")
    made = Submission.objects.get(draft="b3")
    where = reverse("console:receipt", args=[made.draft, made.revision])
    assert life.client("researcher").get(where).status_code == 200
    assert life.client("prof").get(where).status_code == 404


def test_what_there_is_no_room_for_is_told_and_not_cut_off(life_until: PlayLife) -> None:
    life = life_until("2026-03-26T09:00")
    client = life.client("officer")
    where = address(life.subject("bid1"), "check", "check_facts")
    form = {**open_form(client, where), "source": "checked", "as_of": "2026-03-25", "evidence": "长" * 301}
    answer = client.post(where, form)
    assert answer.status_code == 422
    assert "写了 301 字，不超过 300 字" in answer.content.decode()
    assert "长" * 301 in answer.content.decode()
