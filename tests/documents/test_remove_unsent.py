"""Uploads that were never sent go after a time; one that a fact names never does, nor one that somebody is still at."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.console.lives import Life
from tests.console.papers import PDF, bid_address, live_with_files, open_bid, send_bid, upload

from jiebang.console.housekeeping import sweep
from jiebang.console.models import Draft
from jiebang.documents.models import Upload
from jiebang.documents.queries import damaged_files
from jiebang.documents.store import is_kept, keep_content, open_content, path_of, remove_content
from jiebang.lifecycle.models import Proposal, StageRun
from jiebang.lifecycle.packs import load_program

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Life]:
    yield live_with_files(monkeypatch, tmp_path)
    load_program.cache_clear()


def save(life: Life, who: str, content: bytes, name: str = "草稿.pdf") -> Upload:
    """Save a draft with a file, without sending it."""
    client = life.client(who)
    form = {**open_bid(client, life), "values.bid.plan--upload": upload(content, name), "_do": "save"}
    assert client.post(bid_address(life), form).status_code == 302
    return Upload.objects.latest("pk")


def after(life: Life, days: int) -> datetime:
    return Draft.objects.latest("saved_at").saved_at + timedelta(days=days)


def test_a_file_never_sent_goes_after_the_time_set_and_not_before(life: Life) -> None:
    kept = save(life, "researcher", PDF + b"1")
    days = settings.JIEBANG_UNSENT_DAYS
    assert sweep(after(life, days)).uploads == 0
    assert sweep(after(life, days) + timedelta(seconds=1)).uploads == 1
    assert not Upload.objects.exists()
    assert not is_kept(kept.digest)
    assert sweep(after(life, days) + timedelta(days=1)).uploads == 0


def test_what_a_fact_names_stays_for_ever_superseded_or_not(life: Life) -> None:
    send_bid(life, "researcher", plan=upload(PDF + b"1", "一.pdf"))
    send_bid(life, "researcher", plan=upload(PDF + b"2", "二.pdf"))
    assert Upload.objects.count() == 2
    assert sweep(after(life, 9999)).uploads == 0
    assert damaged_files() == (2, [])


def test_what_waits_for_signatures_keeps_its_files(life: Life) -> None:
    kept = save(life, "researcher", PDF + b"1")
    Draft.objects.all().delete()
    run = StageRun.objects.filter(subject=life.subject("challenge")).latest("pk")
    payload = {"facts": {"bid.plan": {"value": f"{kept.name}（sha256:{kept.digest}）"}}}
    proposal = Proposal.objects.create(
        run=run, payload=payload, outcome="closed", salt="", digest="", proposed_at=kept.uploaded_at,
        proposed_by=life.stage.accounts["officer"][0],
    )  # fmt: skip
    late = kept.uploaded_at + timedelta(days=9999)
    assert sweep(late).uploads == 0
    assert is_kept(kept.digest)
    proposal.delete()
    assert sweep(late).uploads == 1


def test_a_form_that_is_still_being_filled_in_keeps_its_files_however_old(life: Life) -> None:
    kept = save(life, "researcher", PDF + b"1")
    Upload.objects.update(uploaded_at=kept.uploaded_at - timedelta(days=9999))
    assert sweep(after(life, 1)).uploads == 0
    # A file named in another form than it came with is held by that one.
    Upload.objects.update(draft="another-form")
    assert sweep(after(life, 1)).uploads == 0
    Draft.objects.update(data={})
    assert sweep(after(life, 1)).uploads == 1


def test_a_content_that_somebody_else_sent_too_stays(life: Life) -> None:
    mine = save(life, "researcher", PDF)
    send_bid(life, "prof", plan=upload(PDF, "别人的.pdf"))
    assert sweep(after(life, 9999)).uploads == 1
    assert not Upload.objects.filter(pk=mine.pk).exists()
    open_content(mine.digest).close()


def test_a_content_wanted_at_the_last_moment_is_put_back() -> None:
    digest = keep_content([PDF]).digest
    asked: list[bool] = []

    def wanted_by_now() -> bool:
        asked.append(path_of(digest).exists())
        return len(asked) == 2

    assert not remove_content(digest, wanted_by_now)
    assert asked == [True, False], "the second time, it has been taken out of its place"
    assert is_kept(digest)
    assert remove_content(digest, lambda: False)
    assert not is_kept(digest)


def test_an_upload_entered_while_its_content_is_removed_puts_it_back(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Upload.objects.create

    def create_late(**values: object) -> Upload:
        path_of(str(values["digest"])).unlink()
        return create(**values)

    monkeypatch.setattr(Upload.objects, "create", create_late)
    kept = save(life, "researcher", PDF + b"3")
    open_content(kept.digest).close()


def test_an_organisation_has_a_quota_told_beside_the_field(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "JIEBANG_FILES_QUOTA", 2 * len(PDF) + 2)
    save(life, "researcher", PDF + b"1")
    client = life.client("researcher")
    form = {**open_bid(client, life), "values.bid.plan--upload": upload(PDF + b"23", "太多.pdf")}
    html = client.post(bid_address(life), form).content.decode()
    assert "本单位上传的文件已有 " in html
    assert "放不下；压缩后再传" in html
    assert "已上传：草稿.pdf" in html, "what was there stays"
    assert Upload.objects.count() == 1
    save(life, "researcher", PDF + b"4")
    # Others have a quota of their own.
    save(life, "prof", PDF + b"5")
