"""The thin life under a regulation that asks for files: one open to whoever sees the bid, one confidential."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.console.lives import LIFECYCLE, Life, play_life

from jiebang.documents.models import Upload
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.scenarios.play import play_steps
from jiebang.scenarios.read import read_scenario

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
BIDDING = "2026-03-07T09:00"
_CHANGES = (
    ("bid.plan: {label: 技术路线, type: text}", "bid.plan: {label: 技术路线, type: file}\n  bid.knack: {label: 技术诀窍, type: file}"),
    ("fields: [{fact: bid.title}, {fact: bid.plan}]}", """fields: [{fact: bid.title}, {fact: bid.plan}]}
  knack-form: {clause: TH-3, label: 技术诀窍说明, from: solver, to: bureau, confidential: true, fields: [{fact: bid.knack, required: false}]}"""),
    ("papers: {takes: [bid-form]}", "papers: {takes: [bid-form, knack-form]}"),
)  # fmt: skip
LiveWithFiles = Callable[..., Life]


def live_with_files(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    until: str = BIDDING,
    *,
    sealed: bool = False,
    knack_to: str = "bureau",
) -> Life:
    """Play the life up to an instant, with files kept in `folder`."""
    text = (LIFECYCLE / "packs" / "thin" / "1" / "pack.yaml").read_text(encoding="utf-8")
    more = ((("term: bidding,", "term: bidding, sealed: true,"),) if sealed else ()) + _CHANGES
    for old, new in more:
        assert text.count(old) == 1, old
        text = text.replace(old, new.replace("to: bureau", f"to: {knack_to}"))
    pack = folder / "packs" / "thin" / "1" / "pack.yaml"
    pack.parent.mkdir(parents=True)
    pack.write_text(text, encoding="utf-8")
    monkeypatch.setattr(settings, "MEDIA_ROOT", folder / "files")
    monkeypatch.setattr(settings, "JIEBANG_FILES_LEAVE_FREE", 0)
    monkeypatch.setattr(settings, "JIEBANG_PACK_ROOTS", [folder / "packs", *settings.JIEBANG_PACK_ROOTS])
    return play_life(until, monkeypatch)


def play_on(life: Life, after: str, until: str) -> None:
    """Go on with the life: its steps from `after` to before `until`, and stop the clock there."""
    steps = read_scenario(LIFECYCLE / "thin.yaml").steps
    play_steps(life.stage, [step for step in steps if after <= step.at < until])
    life.set_clock(until)


def upload(
    content: bytes = PDF, name: str = "可行性方案.pdf", said: str = "application/pdf"
) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, said)


def bid_address(life: Life) -> str:
    """Where a bid is handed in."""
    challenge = life.subject("challenge")
    return reverse("console:act", kwargs={"subject_id": challenge.pk, "stage": "bid", "event": "submit_bid"})


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def open_bid(client: Client, life: Life) -> dict[str, object]:
    """What an opened form sends by itself, what it holds already included."""
    html = client.get(bid_address(life)).content.decode()
    form: dict[str, object] = {name: hidden(html, name) for name in ("_draft", "_revision")}
    held = re.findall(r'<input type="hidden" name="(values\.[^"]+)" value="([^"]+)">', html)
    return {**form, **dict(held)}


def send_bid(life: Life, who: str = "prof", **files: SimpleUploadedFile) -> Subject:
    """Hand in a bid with files, in place of one's earlier bid."""
    client = life.client(who)
    form = {**open_bid(client, life), "values.bid.title": "解法", "_replace": "yes"}
    sent = client.post(
        bid_address(life), {**form, **{f"values.bid.{key}--upload": file for key, file in files.items()}}
    )
    assert sent.status_code == 302, sent.content.decode()
    account, _ = life.stage.accounts[who]
    return Subject.objects.get(kind="bid", fact_entries__recorded_by=account, fact_entries__name="bid.plan", fact_entries__superseded_at=None)  # fmt: skip


def file_address(subject: Subject, fact: str = "bid.plan", upload_: Upload | None = None) -> str:
    """Where the file that a fact names is given out."""
    digest = (upload_ or Upload.objects.latest("pk")).digest
    return reverse("console:file", kwargs={"subject_id": subject.pk, "fact": fact, "digest": digest})


def value_of(subject: Subject, fact: str = "bid.plan") -> object:
    """The value on record."""
    return FactEntry.objects.get(subject=subject, name=fact, superseded_at__isnull=True).value


def status_of(client: Client, where: str, method: str = "get") -> int:
    """What an address answers. A file on its way is closed as a server would, but without ending the test's connection."""
    answer = getattr(client, method)(where)
    for close in answer._resource_closers if answer.streaming else ():
        close()
    return int(answer.status_code)
