import pytest
from django.test import Client
from tests.console.conftest import PlayLife

from jiebang.lifecycle.typed_keys import read_key

#: a superscript two, a number beyond any database's, a lone surrogate's escape, a sign, nothing
ODD = ["²", "9" * 40, "-1", "1.0", "", "x"]


@pytest.mark.parametrize("text", [*ODD, None])
def test_what_is_no_key_is_nobodys(text: str | None) -> None:
    assert read_key(text) == 0


@pytest.mark.parametrize(("text", "key"), [("7", 7), ("007", 7), ("１２", 12), ("9" * 12, 999_999_999_999)])
def test_a_number_is_a_key_however_it_is_typed(text: str, key: int) -> None:
    assert read_key(text) == key


@pytest.mark.parametrize("text", ODD)
def test_an_odd_key_in_a_form_or_an_address_breaks_no_page(life_until: PlayLife, text: str) -> None:
    life = life_until("2026-03-03T10:00")
    firm, officer, batch = life.client("firm"), life.client("officer"), life.subject("batch")
    act = f"/console/subjects/{batch.pk}/acts/collect/submit_need/"
    answers = [
        firm.get(f"{act}?thing={text}"),
        firm.post(act, {"_replace": text, "_revision": text}),
        firm.post("/console/letters/", {"through": text}),
        firm.post("/console/identities/", {"mandate": text}),
        officer.get(f"/console/programmes/thin/discretion/?subject={text}"),
        officer.post(
            "/console/programmes/thin/documents/", {"issuer": text, "number": "1", "on": "2026-03-02"}
        ),
        officer.post(f"/console/subjects/{batch.pk}/appointments/", {"end": text}),
        officer.post("/console/people/", {"end": text, "mandate": text}),
    ]
    assert all(answer.status_code < 500 for answer in answers)


@pytest.mark.parametrize("draft", ["a/b", "x" * 100, "草稿", "a b"])
def test_a_draft_that_no_form_made_gets_a_key_of_its_own(life_until: PlayLife, draft: str) -> None:
    life = life_until("2026-04-02T10:00")
    given = {"objector": "某人", "contact": "示例", "statement": "事实", "request": "请求", "_draft": draft}
    answer = Client().post(f"/notices/{life.subject('challenge').pk}/", given)
    assert answer.status_code == 302
    assert Client().get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[0m"])
def test_control_characters_are_refused_before_any_database_sees_them(
    life_until: PlayLife, text: str
) -> None:
    life = life_until("2026-04-02T10:00")
    officer, notice = life.client("officer"), f"/notices/{life.subject('challenge').pk}/"
    assert officer.get("/console/subjects/", {"q": text}).status_code == 400
    assert Client().post(notice, {"objector": text}).status_code == 400
    # A line break and a tab are text.
    assert officer.get("/console/subjects/", {"q": "a\tb\n"}).status_code == 200
