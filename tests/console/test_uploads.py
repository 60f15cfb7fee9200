"""Files in a form: kept at once, never lost, refused in words, and only one's own."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life
from tests.console.papers import (
    PDF,
    bid_address,
    file_address,
    hidden,
    live_with_files,
    open_bid,
    send_bid,
    upload,
    value_of,
)

from jiebang.console.models import Draft
from jiebang.documents.models import Upload
from jiebang.ledger.append import salted_digest
from jiebang.ledger.models import Entry
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.lifecycle.packs import load_program

DIGEST = hashlib.sha256(PDF).hexdigest()
VALUE = f"可行性方案.pdf（sha256:{DIGEST}）"


@pytest.fixture
def life(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Life]:
    yield live_with_files(monkeypatch, tmp_path)
    load_program.cache_clear()


def stored(life: Life) -> list[str]:
    return sorted(one.name for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file())


def test_a_file_comes_in_with_the_form_and_is_given_back_as_it_was(life: Life) -> None:
    client = life.client("researcher")
    html = client.get(bid_address(life)).content.decode()
    assert 'enctype="multipart/form-data"' in html
    assert 'name="values.bid.plan--upload" accept=".pdf,' in html
    assert "不超过 50 MB" in html
    bid = send_bid(life, "researcher", plan=upload())
    assert value_of(bid) == VALUE
    assert stored(life) == [DIGEST]
    page = client.get(reverse("console:subject", args=[bid.pk])).content.decode()
    assert f'href="{file_address(bid)}"' in page
    assert "可行性方案.pdf</a>" in page
    assert f"{len(PDF)} 字节 · SHA-256 {DIGEST[:12]}…" in page
    assert DIGEST not in page.replace(file_address(bid), "")
    given = client.get(file_address(bid))
    assert given.status_code == 200
    assert b"".join(given.streaming_content) == PDF  # type: ignore[attr-defined]
    assert given["Content-Type"] == "application/pdf"
    assert given["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%8F%AF")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in given["Cache-Control"]


def test_the_ledger_vouches_for_the_content(life: Life) -> None:
    bid = send_bid(life, "researcher", plan=upload())
    fact = FactEntry.objects.get(subject=bid, name="bid.plan")
    entry = Entry.objects.filter(kind="facts.recorded").latest("pk")
    recorded = {"value": VALUE, "source": "declared", "as_of": fact.as_of.isoformat()}
    assert salted_digest(recorded, fact.salt) in str(entry.body)
    assert DIGEST not in str(entry.body)


def test_an_error_elsewhere_loses_no_file_and_neither_does_a_closed_browser(life: Life) -> None:
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.plan--upload": upload()}
    sent = client.post(bid_address(life), form)
    html = sent.content.decode()
    assert sent.status_code == 422
    assert f"已上传：可行性方案.pdf（{len(PDF)} 字节）" in html
    assert 'name="values.bid.plan--remove"' in html
    assert hidden(html, "values.bid.plan") == VALUE
    again = life.client("researcher").get(bid_address(life)).content.decode()
    assert "已上传：可行性方案.pdf" in again
    assert hidden(again, "_draft") == form["_draft"]
    done = client.post(bid_address(life), {**open_bid(client, life), "values.bid.title": "解法二"})
    assert done.status_code == 302
    assert Upload.objects.count() == 1


def test_a_saved_draft_keeps_its_files(life: Life) -> None:
    client = life.client("researcher")
    form = {
        **open_bid(client, life),
        "values.bid.title": "写到一半",
        "values.bid.plan--upload": upload(),
        "_do": "save",
    }
    assert client.post(bid_address(life), form).status_code == 302
    html = client.get(bid_address(life)).content.decode()
    assert "已上传：可行性方案.pdf" in html
    assert "写到一半" in html
    kept = Upload.objects.get()
    assert (kept.organisation, kept.authority) == (life.stage.accounts["researcher"][1].organisation, None)
    assert kept.draft == form["_draft"]
    assert "已上传" not in life.client("prof").get(bid_address(life)).content.decode()


def test_a_page_that_saves_by_itself_shows_what_came_in(life: Life) -> None:
    client = life.client("researcher")
    form = {**open_bid(client, life), "_do": "save"}
    part = client.post(
        bid_address(life), {**form, "values.bid.plan--upload": upload()}, headers={"HX-Request": "true"}
    )
    text = part.content.decode()
    assert "草稿已保存" in text
    assert 'id="values_bid_plan-field" hx-swap-oob="true"' in text
    assert "已上传：可行性方案.pdf" in text
    assert "values.bid.title" not in text
    wrong = client.post(
        bid_address(life), {**form, "values.bid.knack--upload": upload(b"MZ")}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "有文件没有收下" in wrong
    assert 'id="values_bid_knack-error"' in wrong


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("方案.pdf", b"MZ" + b"x" * 50, "内容却是程序"),
        ("方案.pdf", b"", "空的"),
        ("方案", PDF, "没有扩展名"),
        ("方案.exe", PDF, "不收 .exe"),
        ("方案.docm", PDF, "带宏"),
        ("方案.pdf", b"%PDF-" + b"x" * 2000, "超过 1 KB 的上限"),
    ],
    ids=["program", "empty", "no-extension", "exe", "macro", "too-big"],
)
def test_a_wrong_file_costs_neither_the_other_fields_nor_the_file_before(
    life: Life, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, told: str
) -> None:
    monkeypatch.setattr(settings, "JIEBANG_FILE_MOST_BYTES", 1024)
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.plan--upload": upload(), "_do": "save"}
    client.post(bid_address(life), form)
    form = {**open_bid(client, life), "values.bid.title": "解法二"}
    sent = client.post(bid_address(life), {**form, "values.bid.plan--upload": upload(content, name)})
    html = sent.content.decode()
    assert sent.status_code == 422
    assert 'id="values_bid_plan-error">' in html
    assert told in html.split('id="values_bid_plan-error">')[1].split("</p>")[0]
    assert 'value="解法二"' in html
    assert "已上传：可行性方案.pdf" in html
    assert stored(life) == [DIGEST]
    assert not Subject.objects.filter(kind="bid", lead__name__contains="研究院").exists()


def test_a_required_file_that_is_missing_or_wrong_is_said_once(life: Life) -> None:
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.title": "解法二"}
    assert "必填</p>" in client.post(bid_address(life), form).content.decode()
    html = client.post(
        bid_address(life), {**form, "values.bid.plan--upload": upload(b"x" * 20)}
    ).content.decode()
    assert "内容却不是PDF" in html
    assert "必填</p>" not in html


def test_a_file_is_replaced_and_removed(life: Life) -> None:
    client = life.client("researcher")
    bid = send_bid(life, "researcher", plan=upload(), knack=upload(PDF + b"knack", "诀窍.pdf"))
    assert str(value_of(bid, "bid.knack")).startswith("诀窍.pdf（sha256:")
    held = open_bid(client, life)
    assert held["values.bid.plan"] == VALUE
    form = {**held, "values.bid.title": "解法二", "_replace": "yes", "values.bid.knack--remove": "yes"}
    newer = upload(PDF + b"2", "可行性方案二.pdf")
    assert client.post(bid_address(life), {**form, "values.bid.plan--upload": newer}).status_code == 302
    assert str(value_of(bid)).startswith("可行性方案二.pdf（sha256:")
    shown = client.post(
        bid_address(life), {**open_bid(client, life), "values.bid.plan--remove": "yes", "_replace": "yes"}
    )
    assert shown.status_code == 422
    assert "必填" in shown.content.decode()


def test_a_paper_kept_elsewhere_is_still_a_name(life: Life) -> None:
    client = life.client("researcher")
    form = {
        **open_bid(client, life),
        "values.bid.title": "解法二",
        "values.bid.plan": "纸质方案（存档号 示例）",
    }
    assert client.post(bid_address(life), form).status_code == 302
    bid = Subject.objects.get(kind="bid", lead__name__contains="研究院")
    assert value_of(bid) == "纸质方案（存档号 示例）"
    page = client.get(reverse("console:subject", args=[bid.pk])).content.decode()
    assert "纸质方案（存档号 示例）" in page
    assert "/files/" not in page


def test_a_name_is_cleaned_and_the_browsers_word_for_its_kind_ignored(life: Life) -> None:
    send_bid(life, "researcher", plan=upload(PDF, "C:\\x\\方案\u202efdp.pdf", "text/html"))
    kept = Upload.objects.get()
    assert kept.name == "方案fdp.pdf"
    assert kept.media_type == "application/pdf"


@pytest.mark.parametrize(
    "forged",
    [VALUE, VALUE.replace("可行性方案", "我的方案"), f"x.pdf（sha256:{'0' * 64}）"],
    ids=["as-it-is", "renamed", "made-up"],
)
def test_a_rivals_digest_is_refused_in_a_form_and_in_a_draft(life: Life, forged: str) -> None:
    send_bid(life, "prof", plan=upload())
    rival = life.client("researcher")
    form = {**open_bid(rival, life), "values.bid.title": "解法二", "values.bid.plan": forged}
    sent = rival.post(bid_address(life), form)
    html = sent.content.decode()
    assert sent.status_code == 422
    assert "不是本单位上传的" in html
    assert DIGEST not in html
    assert not Subject.objects.filter(kind="bid", lead__name__contains="研究院").exists()
    rival.post(bid_address(life), {**form, "_do": "save"})
    rival.post(
        bid_address(life), {**form, "_do": "save", "values.bid.plan": "", "values.bid.plan--keep": forged}
    )
    assert "sha256" not in str(Draft.objects.get(mandate=life.stage.accounts["researcher"][1]).data)


def test_ones_own_digest_under_a_mangled_mark_is_no_file(life: Life) -> None:
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.title": "解法二", "values.bid.plan": VALUE[:-4]}
    sent = client.post(bid_address(life), form)
    assert sent.status_code == 422
    assert "文件的摘要写得不对" in sent.content.decode()


@pytest.mark.parametrize("who", ["auditor", "officer", "expert", "elsewhere"])
def test_who_may_not_act_leaves_no_file(life: Life, who: str) -> None:
    form = {"_draft": "x", "_revision": "1", "values.bid.title": "越权", "values.bid.plan--upload": upload()}
    assert life.client(who).post(bid_address(life), form).status_code in {403, 404, 422}
    assert not Upload.objects.exists()
    assert stored(life) == []


def test_after_the_window_no_file_is_taken(life: Life) -> None:
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.title": "迟到", "values.bid.plan--upload": upload()}
    life.set_clock("2026-03-25T17:00")
    sent = client.post(bid_address(life), form)
    assert sent.status_code == 422
    html = sent.content.decode()
    assert 'value="迟到"' in html
    assert "截止" in html.split("现在不能办理")[1][:60]
    assert "文件没有收下" in html
    assert stored(life) == []


def test_a_second_click_gives_the_same_receipt_and_the_content_lies_there_once(life: Life) -> None:
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.title": "解法二"}
    first = client.post(bid_address(life), {**form, "values.bid.plan--upload": upload()})
    second = client.post(bid_address(life), {**form, "values.bid.plan--upload": upload()})
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert stored(life) == [DIGEST]


def test_fifty_one_megabytes_are_refused_and_not_kept(life: Life) -> None:
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.title": "大文件"}
    big = upload(b"%PDF-".ljust(51 * 1024 * 1024, b" "), "大.pdf")
    sent = client.post(
        bid_address(life), {**form, "values.bid.plan--upload": big, "values.bid.knack--upload": upload()}
    )
    html = sent.content.decode()
    assert sent.status_code == 422
    assert "文件有 51 MB，超过 50 MB 的上限" in html
    assert 'value="大文件"' in html
    assert "已上传：可行性方案.pdf" in html
    assert stored(life) == [DIGEST]


class Unread:
    """A body that must not be looked at."""

    def read(self, *_: object) -> NoReturn:
        raise AssertionError("read")

    readline = read


@pytest.mark.parametrize(
    ("who", "route", "size", "status"),
    [
        ("researcher", "act", 220 * 1024 * 1024, 413),
        ("researcher", "identities", 5 * 1024 * 1024, 413),
        (None, "act", 5 * 1024 * 1024, 413),
        (None, "log_in", 5 * 1024 * 1024, 413),
    ],
)
def test_what_is_too_long_is_refused_unread(
    life: Life, who: str | None, route: str, size: int, status: int
) -> None:
    address = bid_address(life) if route == "act" else reverse(f"console:{route}")
    client = life.client(who) if who else Client()
    extra: Any = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(size)}
    sent = client.generic("POST", address, b"", "multipart/form-data; boundary=x", **extra)
    assert sent.status_code == status
    assert "一次提交的内容太大" in sent.content.decode()


def test_a_form_with_a_file_needs_its_token(life: Life) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        life.stage.accounts["researcher"][0], backend="django.contrib.auth.backends.ModelBackend"
    )
    form = {**open_bid(client, life), "values.bid.title": "解法二"}
    assert client.post(bid_address(life), {**form, "values.bid.plan--upload": upload()}).status_code == 403
    assert not Upload.objects.exists()
    token = hidden(client.get(bid_address(life)).content.decode(), "csrfmiddlewaretoken")
    sent = client.post(
        bid_address(life), {**form, "csrfmiddlewaretoken": token, "values.bid.plan--upload": upload()}
    )
    assert sent.status_code == 302


def test_a_full_disk_is_said_beside_the_field(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "JIEBANG_FILES_LEAVE_FREE", 2**60)
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.title": "解法二", "values.bid.plan--upload": upload()}
    sent = client.post(bid_address(life), form)
    assert sent.status_code == 422
    assert "存储空间不足" in sent.content.decode()
