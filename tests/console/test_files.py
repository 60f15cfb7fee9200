"""Who may open an uploaded file: every role, before and after, sealed and confidential."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life, add_person
from tests.console.papers import (
    PDF,
    bid_address,
    file_address,
    hidden,
    live_with_files,
    open_bid,
    play_on,
    send_bid,
    status_of,
    upload,
    value_of,
)
from tests.console.test_every_address import ROLES, client_of, statuses
from tests.lifecycle.chains import set_chain

from jiebang.documents.models import Upload
from jiebang.documents.store import path_of
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.models import FactEntry, Proposal
from jiebang.lifecycle.packs import load_program
from jiebang.organisations.actor import actor_under
from jiebang.organisations.enums import Position
from jiebang.scenarios.read import read_instant

LATE = "2026-03-25T16:59"
CHECKING, REVIEWING, PAYING = "2026-03-26T08:00", "2026-03-27T09:00", "2026-04-13T09:00"
KNACK = PDF + b"knack"


@pytest.fixture
def life(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Life]:
    yield live_with_files(monkeypatch, tmp_path)
    load_program.cache_clear()


@pytest.fixture
def sealed_life(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Life]:
    yield live_with_files(monkeypatch, tmp_path, sealed=True)
    load_program.cache_clear()


def got(life: Life, where: str) -> dict[str, int]:
    """What each role gets, the bid being the university's and the institute its rival."""
    return {role: status_of(client_of(life, role, "bid1"), where) for role in ROLES}


def by_name(name: str) -> Upload:
    return Upload.objects.get(name=name)


@pytest.mark.parametrize(
    ("until", "plan", "knack"),
    [
        ("", statuses(302, 200, 200, 404, 200, 200, 200, 404, 404), statuses(302, 200, 404, 404, 200, 200, 200, 404, 404)),
        (CHECKING, statuses(302, 200, 200, 404, 200, 200, 200, 404, 404), statuses(302, 200, 404, 404, 200, 200, 200, 404, 404)),
        (REVIEWING, statuses(302, 200, 200, 200, 200, 200, 200, 404, 404), statuses(302, 200, 404, 200, 200, 200, 200, 404, 404)),
    ],
    ids=["bidding", "checking", "reviewing"],
)  # fmt: skip
def test_a_file_is_open_to_whom_the_case_and_its_paper_are(
    life: Life, until: str, plan: dict[str, int], knack: dict[str, int]
) -> None:
    bid = send_bid(life, plan=upload(), knack=upload(KNACK, "诀窍.pdf"))
    if until:
        play_on(life, LATE, until)
    assert got(life, file_address(bid, "bid.plan", by_name("可行性方案.pdf"))) == plan
    assert got(life, file_address(bid, "bid.knack", by_name("诀窍.pdf"))) == knack


def test_the_page_offers_only_what_can_be_opened(life: Life) -> None:
    bid = send_bid(life, plan=upload(), knack=upload(KNACK, "诀窍.pdf"))
    knack = file_address(bid, "bid.knack", by_name("诀窍.pdf"))
    page = reverse("console:subject", args=[bid.pk])
    for who, offered in (("officer", True), ("prof", True), ("auditor", True), ("secretary", False)):
        html = life.client(who).get(page).content.decode()
        assert (knack in html) == offered, who
        assert "诀窍.pdf" in html
        assert ("保密，只给材料写明的各方看" in html) != offered


def test_who_gets_the_project_gets_no_confidential_paper_of_the_bid(life: Life) -> None:
    send_bid(life, plan=upload(), knack=upload(KNACK, "诀窍.pdf"))
    play_on(life, LATE, PAYING)
    project = life.subject("project")
    plan = file_address(project, "bid.plan", by_name("可行性方案.pdf"))
    knack = file_address(project, "bid.knack", by_name("诀窍.pdf"))
    sponsor, solver = life.client("firm"), life.client("prof")
    assert (status_of(sponsor, plan), status_of(sponsor, knack)) == (200, 404)
    assert (status_of(solver, plan), status_of(solver, knack)) == (200, 200)
    assert status_of(life.client("researcher"), plan) == 404


def test_a_sealed_window_shows_nobody_anything_before_it_closes(sealed_life: Life) -> None:
    life = sealed_life
    bid = send_bid(life, plan=upload())
    where = file_address(bid)
    nobody = {**dict.fromkeys(ROLES, 404), "anonymous": 302, "own_firm": 200}
    assert got(life, where) == nobody
    html = life.client("officer").get(reverse("console:subject", args=[bid.pk])).content.decode()
    assert "密封，截止之后才能打开" in html
    assert where not in html
    life.set_clock(LATE)
    assert got(life, where) == nobody
    # Closed is closed from that instant on, whether or not the clock has been there.
    life.set_clock("2026-03-25T17:00")
    assert status_of(life.client("officer"), where) == 200
    assert status_of(life.client("researcher"), where) == 404


def test_another_fact_another_subject_or_a_digest_out_of_the_air_is_nowhere(life: Life) -> None:
    bid = send_bid(life, plan=upload())
    kept = Upload.objects.get()
    officer = life.client("officer")
    assert status_of(officer, file_address(bid)) == 200
    wrong = [
        file_address(bid, "bid.title"),
        file_address(bid, "no.such"),
        file_address(life.subject("challenge")),
        file_address(life.subject("need")),
        reverse("console:file", kwargs={"subject_id": bid.pk, "fact": "bid.plan", "digest": "0" * 64}),
        reverse(
            "console:file", kwargs={"subject_id": bid.pk, "fact": "bid.plan", "digest": kept.digest[:12]}
        ),
        reverse("console:file", kwargs={"subject_id": bid.pk, "fact": "bid.plan", "digest": "..%2f..%2fx"}),
        reverse("console:file", kwargs={"subject_id": 999_999, "fact": "bid.plan", "digest": kept.digest}),
    ]
    assert {status_of(officer, where) for where in wrong} == {404}
    assert officer.post(file_address(bid)).status_code == 405
    assert status_of(officer, file_address(bid), "head") == 200


def test_a_digest_that_went_past_the_form_opens_nothing(life: Life) -> None:
    """By whatever way a rival's digest got into a fact: the file is given out on the word of who sent it alone."""
    send_bid(life, plan=upload())
    value = f"可行性方案.pdf（sha256:{Upload.objects.get().digest}）"
    account, mandate = life.stage.accounts["researcher"]
    apply(
        life.subject("challenge").pk, "bid", "submit_bid", actor=actor_under(account, mandate),
        at=read_instant("2026-03-07T10:00"), payload={"values": {"bid.title": "偷看", "bid.plan": value}}, submission=("s", 1),
    )  # fmt: skip
    stolen = FactEntry.objects.get(recorded_by=account, name="bid.plan").subject
    assert value_of(stolen) == value
    for who in ("researcher", "officer"):
        assert status_of(life.client(who), file_address(stolen)) == 404
    html = life.client("researcher").get(reverse("console:subject", args=[stolen.pk])).content.decode()
    assert "没有上传记录" in html
    assert "/files/" not in html


def test_an_officer_confirms_what_was_uploaded_and_it_stays_open(life: Life) -> None:
    bid = send_bid(life, plan=upload())
    play_on(life, LATE, CHECKING)
    officer = life.client("officer")
    where = reverse("console:act", kwargs={"subject_id": bid.pk, "stage": "check", "event": "check_facts"})
    html = officer.get(f"{where}?_more=bid.plan").content.decode()
    assert "就是已上传的“可行性方案.pdf”" in html
    form = {
        "_draft": "c", "_revision": "1", "_more": "bid.plan", "source": "checked", "as_of": "2026-03-25", "evidence": "原件",
        "facts.bid.plan--keep": hidden(html, "facts.bid.plan--keep"),
    }  # fmt: skip
    sent = officer.post(where, form)
    assert sent.status_code == 302, sent.content.decode()
    fact = FactEntry.objects.get(subject=bid, name="bid.plan", superseded_at__isnull=True)
    assert fact.source == "checked"
    assert status_of(officer, file_address(bid)) == 200
    assert status_of(life.client("prof"), file_address(bid)) == 200
    assert status_of(life.client("researcher"), file_address(bid)) == 404


def test_an_officers_own_file_is_the_bureaus(life: Life) -> None:
    bid = send_bid(life, plan=upload())
    play_on(life, LATE, CHECKING)
    where = reverse("console:act", kwargs={"subject_id": bid.pk, "stage": "check", "event": "check_facts"})
    form = {
        "_draft": "c", "_revision": "1", "_more": "bid.plan", "source": "checked", "as_of": "2026-03-25", "evidence": "扫描件",
        "facts.bid.plan--upload": upload(PDF + b"scan", "扫描件.pdf"),
    }  # fmt: skip
    sent = life.client("officer").post(where, form)
    assert sent.status_code == 302, sent.content.decode()
    kept = by_name("扫描件.pdf")
    assert (kept.authority, kept.organisation) == (life.stage.authorities["bureau"], None)
    assert status_of(life.client("prof"), file_address(bid, "bid.plan", kept)) == 200


def test_what_was_damaged_on_the_disk_is_not_given_out(life: Life) -> None:
    bid = send_bid(life, plan=upload())
    path_of(Upload.objects.get().digest).write_bytes(b"%PDF-other")
    answer = life.client("officer").get(file_address(bid))
    assert answer.status_code == 500
    assert "从备份恢复" in answer.content.decode()


def test_no_static_address_leads_to_a_file(life: Life) -> None:
    send_bid(life, plan=upload())
    digest = Upload.objects.get().digest
    for where in (
        f"/files/{digest[:2]}/{digest}",
        f"/media/{digest[:2]}/{digest}",
        f"/static/{digest[:2]}/{digest}",
    ):
        assert Client().get(where).status_code == 404
    assert path_of(digest).is_relative_to(settings.MEDIA_ROOT)


def test_a_replaced_file_is_no_longer_the_cases(life: Life) -> None:
    bid = send_bid(life, plan=upload())
    old = file_address(bid)
    client = life.client("prof")
    form = {**open_bid(client, life), "values.bid.title": "解法", "_replace": "yes"}
    sent = client.post(bid_address(life), {**form, "values.bid.plan--upload": upload(PDF + b"2", "新.pdf")})
    assert sent.status_code == 302
    assert status_of(client, old) == 404
    assert status_of(client, file_address(bid)) == 200


def test_a_file_that_is_only_proposed_is_open_to_those_who_sign(life: Life) -> None:
    bid = send_bid(life, plan=upload())
    play_on(life, LATE, CHECKING)
    account, mandate = life.stage.accounts["officer"]
    bid.refresh_from_db()
    kept = Upload.objects.get()
    found = Upload.objects.create(
        programme=kept.programme, subject=bid, digest=kept.digest, name="核查纪要.pdf", size=kept.size, media_type=kept.media_type,
        uploaded_at=kept.uploaded_at, uploaded_by=account, authority=mandate.authority,
    )  # fmt: skip
    run = bid.stage_runs.get(stage="check")
    value = {"value": f"{found.name}（sha256:{found.digest}）", "source": "checked", "as_of": "2026-03-26"}
    FactEntry.objects.filter(subject=bid, name="bid.knack").delete()
    proposal = Proposal.objects.create(
        run=run, payload={"facts": {"bid.knack": value}}, outcome="passed", salt="", digest="",
        proposed_at=kept.uploaded_at, proposed_by=account,
    )  # fmt: skip
    where = file_address(bid, "bid.knack", found)
    assert {
        who: status_of(life.client(who), where)
        for who in ("officer", "head", "auditor", "secretary", "expert", "prof", "firm")
    } == {
        "officer": 200,
        "head": 200,
        "auditor": 200,
        "secretary": 404,
        "expert": 404,
        "prof": 404,
        "firm": 404,
    }
    # The council reads what is proposed at the bureau's stage, but not the papers that nobody has concluded by.
    read = life.client("secretary").get(reverse("console:subject", args=[bid.pk])).content.decode()
    assert found.name in read
    assert where not in read
    page = life.client("head").get(reverse("console:subject", args=[bid.pk])).content.decode()
    assert where in page
    # Somebody else's paper doesn't open by being named in a proposal.
    proposal.payload = {"facts": {"bid.knack": {**value, "value": f"别家.pdf（sha256:{'0' * 64}）"}}}
    proposal.save()
    assert status_of(life.client("head"), where) == 404


def test_whoever_signs_opens_what_only_the_proposal_lets_them_and_only_while_it_stands(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    life = live_with_files(monkeypatch, tmp_path, knack_to="council")
    bid = send_bid(life, plan=upload(), knack=upload(KNACK, "诀窍.pdf"))
    play_on(life, LATE, CHECKING)
    add_person(life.stage, "section", life.stage.authorities["bureau"], Position.SECTION_HEAD)
    set_chain(life.stage.programme, "check_form", "officer", "head")
    knack = by_name("诀窍.pdf")
    where = file_address(bid, "bid.knack", knack)
    at = read_instant(CHECKING)
    people = ("officer", "second", "head", "section", "secretary", "firm", "researcher")

    def opened() -> dict[str, int]:
        return {who: status_of(life.client(who), where) for who in people}

    closed = {**dict.fromkeys(people, 404), "secretary": 200}
    assert opened() == closed, "confidential, for the council alone"
    fact = {"value": f"{knack.name}（sha256:{knack.digest}）"}
    officer = life.stage.actor("officer", at)
    proposed = {"facts": {"bid.knack": fact}, "outcome": "passed"}
    apply(bid.pk, "check", "propose", actor=officer, at=at, payload=proposed)
    assert opened() == {**closed, "officer": 200, "second": 200, "head": 200}
    assert where in life.client("head").get(reverse("console:subject", args=[bid.pk])).content.decode()
    # Another file of the case isn't opened by it, nor this one under another fact.
    assert status_of(life.client("head"), file_address(bid, "bid.plan", knack)) == 404
    for agreed in (True, False):
        who = "officer" if agreed else "head"
        payload = {"agreed": agreed, "note": "再议"}
        apply(bid.pk, "check", "sign_off", actor=life.stage.actor(who, at), at=at, payload=payload)
    assert opened() == closed, "sent back, it stands no more"
    apply(bid.pk, "check", "propose", actor=officer, at=at, payload=proposed)
    apply(bid.pk, "check", "conclude", actor=officer, at=at, payload={"outcome": "failed", "note": "示例"})
    assert opened() == closed, "nor once the stage is over"
