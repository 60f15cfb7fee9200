"""`jiebang ledger`: what an auditor runs on the machine, and the file that a citizen takes home."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from tests.console.lives import Life, play_life
from tests.console.papers import play_on
from tests.funding.building import Case
from tests.ledger.tampering import TRIGGER_NAMES, drop_trigger, execute

from jiebang.cli.__main__ import main
from jiebang.funding.against_ledger import altered_books
from jiebang.funding.models import Contribution, Payment, Posting
from jiebang.ledger import verify_file
from jiebang.ledger.models import Entry
from jiebang.lifecycle.models import (
    DiscretionDecision,
    FactEntry,
    HandIn,
    Participation,
    SignOff,
    StageRun,
    Subject,
    Submission,
)
from jiebang.lifecycle.packs import load_program
from jiebang.organisations.models import Account, Mandate, Organisation, Programme, RoleHolder, Verification
from jiebang.publications.models import Objection
from jiebang.reviews.models import Review
from jiebang.scenarios.read import read_instant

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


@pytest.fixture
def paid(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    """The thin life up to the record of its payment: proposed and signed by all."""
    life = play_life("2026-04-14T10:00", monkeypatch)
    play_on(life, "2026-04-14T10:00", "2026-04-15T10:00")
    yield life
    load_program.cache_clear()


def test_a_whole_life_is_what_its_chain_says(paid: Life, capsys: Capture) -> None:
    assert main(["ledger", "verify"]) == 0
    assert "与账本核对，0 处不符" in capsys.readouterr().out


NOON = read_instant("2026-04-14T12:00")


def verify_without_a_word() -> None:
    made = Organisation.objects.create(name="某单位", credit_code="91310000MA1FL0000X")
    Verification.objects.create(
        organisation=made,
        bureau=Programme.objects.get().bureau,
        is_verified=True,
        evidence="无",
        decided_at=NOON,
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda: FactEntry.objects.filter(name="project.aid").update(value="2999999 元"), "事实 project.aid 与账本所记的不同"),
        (lambda: FactEntry.objects.filter(name="bid.plan", superseded_at=None).delete(), "事实 bid.plan 与账本所记的不同"),
        (lambda: FactEntry.objects.filter(name="need.title").update(source="checked"), "事实 need.title 与账本所记的不同"),
        (lambda: swap_current("challenge.total_investment"), "现行的不是最后记录的那一个"),
        (lambda: StageRun.objects.filter(kind="review", outcome="failed").update(outcome="passed"), "的阶段 review 的结果"),
        (lambda: Subject.objects.filter(ending="评审未通过").update(ended_at=None, ending=""), "是否结束"),
        (lambda: SignOff.objects.filter(position="head").update(signed_by=Account.objects.earliest("pk")), "的签署（第"),
        (lambda: SignOff.objects.filter(position="officer").delete(), "签署账本有记录而已不在"),
        (lambda: Payment.objects.update(amount="1999999.99"), "的拨付 aid"),
        (lambda: Payment.objects.update(voucher="别的凭证"), "的拨付 aid"),
        (lambda: Payment.objects.update(payee="别人"), "的拨付 aid"),
        (lambda: Posting.objects.filter(debit__gt=0).update(debit="1"), "借贷与金额不符"),
        (lambda: Mandate.objects.filter(position="expert").update(position="officer"), "的授权（第"),
        (lambda: Mandate.objects.filter(position="expert").update(until_on=date(2030, 1, 1)), "的授权（第"),
        (lambda: StageRun.objects.filter(stage="bid").update(closes_at=read_instant("2026-03-24T17:00")), "何时截止"),
        (lambda: StageRun.objects.filter(stage="notice").update(opened_at=NOON), "何时截止"),
        (lambda: Subject.objects.filter(kind="bid").update(lead=Organisation.objects.earliest("pk")), "牵头单位与账本所记的不同"),
        (lambda: Subject.objects.filter(kind="project").update(origin=None), "来历或牵头单位与账本所记的不同"),
        (lambda: Participation.objects.filter(role="solver").update(role="sponsor"), "的参与单位"),
        (lambda: Participation.objects.filter(role="solver").update(until_at=NOON), "的参与单位"),
        (lambda: Programme.objects.update(sign_off_chains={}), "逐级审批“"),
        (lambda: Programme.objects.update(pack_version="2"), "政策包版本或逐级审批“"),
        (lambda: RoleHolder.objects.filter(role="council").update(role="bureau"), "的角色 "),
        (lambda: DiscretionDecision.objects.filter(key="notice-counting").update(value="working"), "裁量决定“notice-counting”"),
        (lambda: DiscretionDecision.objects.update(reason="别的理由"), "裁量决定“"),
        (lambda: DiscretionDecision.objects.update(superseded_at=NOON), "现行的不是最后作出的那一个"),
        (lambda: Review.objects.order_by("pk")[:1].get().delete(), "专家评分"),
        (lambda: Review.objects.update(opinion="别的意见"), "专家评分"),
        (lambda: Review.objects.update(salt=""), "盐被去掉了"),
        (lambda: Objection.objects.update(statement="别的事实"), "异议“"),
        (lambda: Objection.objects.update(upheld=True), "异议的结论“"),
        (lambda: SignOff.objects.update(voided_at=NOON), "是否作废"),
        (lambda: StageRun.objects.filter(stage="pay").update(kind="recover"), "何时截止"),
        (lambda: HandIn.objects.update(received_at=NOON), "材料何时交来"),
        (lambda: Payment.objects.update(run=StageRun.objects.earliest("pk")), "的拨付 aid"),
        (verify_without_a_word, "单位核验“"),
    ],
    ids=["aid", "taken-away", "talked-up", "older-value", "outcome", "alive-again", "signer", "unsigned", "amount",
         "voucher", "payee", "posting", "position", "longer", "deadline", "opened-later", "lead", "origin", "role", "left",
         "chain", "version", "holder", "decision", "reason", "put-aside", "marks", "opinion", "unsalted", "objection", "upheld", "voided", "kind", "handed-in", "run",
         "verified"],
)  # fmt: skip
def test_a_row_changed_past_the_door_is_found(
    paid: Life, capsys: Capture, change: Callable[[], object], found: str
) -> None:
    change()
    assert main(["ledger", "verify"]) == 1
    assert found in capsys.readouterr().out


def swap_current(name: str) -> None:
    """Let the value before the last stand again."""
    rows = list(FactEntry.objects.filter(name=name).order_by("pk"))
    last = next(row for row in rows if row.superseded_at is None)
    first = next(row for row in rows if row.subject_id == last.subject_id and row.pk != last.pk)
    FactEntry.objects.filter(pk=last.pk).update(superseded_at=last.recorded_at)
    FactEntry.objects.filter(pk=first.pk).update(superseded_at=None)


def test_a_confirmed_payment_between_parties_that_was_changed_is_found(db: None, capsys: Capture) -> None:
    case = Case("shenzhen-bounty/draft", "enterprise-prize")
    bid = case.subject("bid", case.challenge, "示例-1-C001-B001")
    case.firm(case.challenge, "sponsor")
    case.firm(bid, "solver")
    case.run(bid, "pay-prize", "pay")
    at = read_instant("2026-05-20T10:00")
    case.fact(bid, "project.aid", "1000000 元")
    case.do(
        bid, "pay-prize", "record_contribution", at, amount="1 元", paid_on="2026-05-19", evidence="示例回单1"
    )
    assert not list(altered_books(case.programme.chain_key, case.bureau.pk))
    for change in ({"amount": "1000000"}, {"evidence": "别的"}, {"confirmed_at": None}):
        with transaction.atomic():
            Contribution.objects.update(**change)
            assert [
                told for told in altered_books(case.programme.chain_key, case.bureau.pk) if "他方付款" in told
            ]
            transaction.set_rollback(True)
