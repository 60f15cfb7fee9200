"""`jiebang ledger`: what an auditor runs on the machine, and the file that a citizen takes home."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.console.lives import Life, play_life
from tests.ledger.tampering import TRIGGER_NAMES, drop_trigger, execute

from jiebang.cli.__main__ import main
from jiebang.ledger import verify_file
from jiebang.ledger.models import Entry
from jiebang.lifecycle.models import Submission
from jiebang.lifecycle.packs import load_program

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def life(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    """The thin life until bids have been handed in, so that there are receipts."""
    yield play_life("2026-03-06T09:00", monkeypatch)
    load_program.cache_clear()


def test_an_untouched_chain_agrees_with_its_receipts(life: Life, capsys: Capture) -> None:
    key, receipts = life.stage.programme.chain_key, Submission.objects.count()
    assert receipts
    assert main(["ledger", "verify"]) == 0
    last = Entry.objects.order_by("-sequence")[0]
    said = capsys.readouterr().out
    assert f"完好：{key}，{last.sequence} 条，与 {receipts} 份回执相符，链头 {last.hash}" in said


def test_a_chain_cut_short_with_its_head_set_back_contradicts_the_receipts(
    life: Life, capsys: Capture
) -> None:
    newest = Submission.objects.order_by("-entry_sequence")[0].entry_sequence
    kept = Entry.objects.get(sequence=newest - 1)
    for name in TRIGGER_NAMES:
        drop_trigger(name)
    execute("DELETE FROM ledger_entry WHERE sequence >= %s", newest)
    execute("UPDATE ledger_chain SET head_sequence = %s, head_hash = %s", kept.sequence, kept.hash)
    assert main(["ledger", "verify", life.stage.programme.chain_key]) == 1
    assert f"缺少已知的第 {newest} 条" in capsys.readouterr().out


def test_a_receipt_of_another_hash_is_found_at_its_entry(life: Life, capsys: Capture) -> None:
    receipt = Submission.objects.order_by("entry_sequence")[0]
    Submission.objects.filter(pk=receipt.pk).update(entry_hash="f" * 64)
    assert main(["ledger", "verify"]) == 1
    assert f"第 {receipt.entry_sequence} 条的哈希与已知的不同" in capsys.readouterr().out


def test_an_export_is_checked_by_one_file_alone(life: Life, tmp_path: Path, capsys: Capture) -> None:
    key = life.stage.programme.chain_key
    assert main(["ledger", "export", str(tmp_path / "账本"), key]) == 0
    count = Entry.objects.filter(chain__key=key).count()
    assert f"已导出 {count} 条" in capsys.readouterr().out
    assert verify_file.main([str(tmp_path / "账本" / f"{key.replace(':', '-')}.jsonl")]) == 0


def test_what_is_not_there_is_said(life: Life, tmp_path: Path, capsys: Capture) -> None:
    assert main(["ledger", "verify", "bureau:404"]) == 2
    assert "没有键为“bureau:404”的链" in capsys.readouterr().err
    (tmp_path / "占用").write_text("", encoding="utf-8")
    assert main(["ledger", "export", str(tmp_path / "占用")]) == 2
    assert "写不了" in capsys.readouterr().err


@pytest.mark.django_db
def test_an_empty_installation_has_nothing_to_verify(capsys: Capture) -> None:
    assert main(["ledger", "verify"]) == 0
    assert "还没有账目" in capsys.readouterr().out
