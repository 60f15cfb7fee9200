import re
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from tests.conftest import FreshDatabase
from tests.ledger.tampering import SQLITE, drop_trigger, execute

from jiebang.kernel.canonical_json import NotCanonical
from jiebang.ledger.append import EntryDraft, _Head, _last_heads, append_entries, salted_digest
from jiebang.ledger.errors import LedgerError, OutsideTransaction
from jiebang.ledger.models import Chain, Entry
from jiebang.ledger.verify import verify_chain
from jiebang.ledger.verify_file import GENESIS_HASH

AT = datetime(2026, 3, 15, 9, 30, tzinfo=timezone(timedelta(hours=8)))
DRAFT = EntryDraft("challenge.announced", {"榜题": "合成榜题一", "revision": 3})
SALT = "0123456789abcdef"


@pytest.mark.django_db
def test_entries_form_one_chain_from_the_genesis_hash() -> None:
    first, second = append_entries("bureau:1", [DRAFT, DRAFT], AT)
    (third,) = append_entries("bureau:1", [DRAFT], AT)
    stored = list(Entry.objects.filter(chain__key="bureau:1").order_by("sequence"))
    assert [entry.sequence for entry in stored] == [1, 2, 3]
    assert [entry.previous_hash for entry in stored] == [GENESIS_HASH, first.hash, second.hash]
    assert [entry.hash for entry in stored] == [first.hash, second.hash, third.hash]
    assert stored[0].at == AT
    assert stored[0].body == '{"revision":3,"榜题":"合成榜题一"}'
    assert stored[0].algorithm == "sha-256"
    chain = Chain.objects.get(key="bureau:1")
    assert (chain.head_sequence, chain.head_hash) == (3, third.hash)


@pytest.mark.django_db
def test_the_hash_is_the_documented_one() -> None:
    (entry,) = append_entries(
        "bureau:1", [EntryDraft("a.b", {"x": 1})], datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    )
    # printf 'jiebang ledger entry v1\nsha-256\nbureau:1\n1\n2026-01-02T03:04:05.000006Z\na.b\n%064d\n{"x":1}' 0 | sha256sum
    assert entry.hash == "949c73d29fddc46cd181f63ab2affea670916baf4c7d2539f173708ae25f38c1"


@pytest.mark.django_db
def test_chains_are_independent() -> None:
    append_entries("bureau:1", [DRAFT, DRAFT], AT)
    (other,) = append_entries("bureau:2", [DRAFT], AT)
    assert other.sequence == 1
    assert verify_chain("bureau:1").verified_entries == 2
    assert verify_chain("bureau:2").is_intact


@pytest.mark.django_db
def test_no_drafts_write_nothing() -> None:
    assert append_entries("bureau:1", [], AT) == ()
    assert not Chain.objects.exists()


def test_an_entry_outside_a_transaction_is_refused(fresh_database: FreshDatabase) -> None:
    with pytest.raises(OutsideTransaction, match="不能在事务之外记账"):
        append_entries("bureau:1", [DRAFT], AT)


def test_what_is_rolled_back_leaves_no_gap(fresh_database: FreshDatabase) -> None:
    def fail_after_appending() -> None:
        with transaction.atomic():
            append_entries("bureau:1", [DRAFT], AT)
            raise RuntimeError

    with transaction.atomic():
        append_entries("bureau:1", [DRAFT], AT)
    with pytest.raises(RuntimeError):
        fail_after_appending()
    with transaction.atomic():
        (entry,) = append_entries("bureau:1", [DRAFT], AT)
    assert entry.sequence == 2
    assert verify_chain("bureau:1").is_intact


@pytest.mark.django_db
def test_a_savepoint_rolled_back_leaves_no_gap() -> None:
    append_entries("bureau:1", [DRAFT], AT)
    with transaction.atomic():
        append_entries("bureau:1", [DRAFT], AT)
        transaction.set_rollback(True)
    assert append_entries("bureau:1", [DRAFT], AT)[0].sequence == 2
    assert verify_chain("bureau:1").is_intact


@pytest.mark.django_db
def test_nothing_is_appended_to_a_transaction_that_is_to_be_rolled_back() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            append_entries("bureau:1", [DRAFT], AT)
    assert not Chain.objects.exists()


@pytest.mark.django_db
def test_the_errors_of_the_driver_come_as_django_s() -> None:
    # Whoever retries or reports catches Django's classes; and the savepoint leaves the transaction usable.
    with transaction.atomic():
        execute("ALTER TABLE ledger_entry RENAME TO elsewhere")
        with pytest.raises((OperationalError, ProgrammingError)), transaction.atomic():
            append_entries("bureau:1", [DRAFT], AT)
        transaction.set_rollback(True)
    assert append_entries("bureau:1", [DRAFT], AT)[0].sequence == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "key", ["", "bureau", "bureau:", "bureau:1\n", "Bureau:1", "bureau:1 2", "bureau:" + "1" * 101]
)
def test_a_malformed_chain_key_is_refused(key: str) -> None:
    with pytest.raises(LedgerError, match="账本链的键"):
        append_entries(key, [DRAFT], AT)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["", "A", "a..b", "a.", "a b", "a\n", "a.b\n", "a" * 101, "公告"])
def test_a_malformed_kind_is_refused(kind: str) -> None:
    with pytest.raises(LedgerError, match="账本条目的类别"):
        append_entries("bureau:1", [EntryDraft(kind, {})], AT)


@pytest.mark.django_db
def test_bodies_without_a_canonical_form_and_times_without_a_zone_are_refused() -> None:
    with pytest.raises(NotCanonical):
        append_entries("bureau:1", [EntryDraft("a.b", {"rate": 0.4})], AT)
    with pytest.raises(LedgerError, match="时区"):
        append_entries("bureau:1", [DRAFT], AT.replace(tzinfo=None))
    assert not Chain.objects.exists()


@pytest.mark.django_db
def test_instants_compare_as_instants() -> None:
    for minutes in (0, 1, 2):
        append_entries("bureau:1", [DRAFT], AT + timedelta(minutes=minutes))
    later = Entry.objects.filter(at__gt=AT.astimezone(UTC)).order_by("at").values_list("sequence", "at")
    assert list(later) == [(2, AT + timedelta(minutes=1)), (3, AT + timedelta(minutes=2))]


def test_a_salted_digest_depends_on_value_and_salt() -> None:
    digest = salted_digest({"报价": "合成"}, SALT)
    assert re.fullmatch("hmac-sha-256:[0-9a-f]{64}", digest)
    assert digest == salted_digest({"报价": "合成"}, SALT)
    assert digest != salted_digest({"报价": "合成2"}, SALT)
    assert digest != salted_digest({"报价": "合成"}, SALT[::-1])
    with pytest.raises(LedgerError, match="盐太短"):
        salted_digest("x", SALT[1:])


def test_two_threads_that_open_the_same_chain_both_succeed(fresh_database: FreshDatabase) -> None:
    barrier = threading.Barrier(2)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            barrier.wait(timeout=20)
            for _ in range(10):
                with transaction.atomic():
                    append_entries("bureau:1", [DRAFT], AT)
        except BaseException as error:  # noqa: BLE001  (handed to the test)
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    assert verify_chain("bureau:1").verified_entries == 20


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2])
def test_an_entry_that_the_database_swallows_is_an_error(count: int) -> None:
    append_entries("bureau:1", [DRAFT], AT)
    if SQLITE:
        execute("CREATE TRIGGER swallow BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(IGNORE); END")
    else:
        execute("CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        execute(
            "CREATE TRIGGER swallow BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION swallow()"
        )
    # On PostgreSQL the second of two is refused for want of the first.
    with pytest.raises((LedgerError, IntegrityError), match=r"数据库没有收下第 2 条|紧接"):
        append_entries("bureau:1", [DRAFT] * count, AT)


@pytest.mark.django_db
def test_without_its_triggers_the_database_still_takes_no_entry_twice() -> None:
    # Nothing moves the head then, so the next entry collides with the last one instead of continuing in secret.
    append_entries("bureau:1", [DRAFT], AT)
    drop_trigger("ledger_entry_move_head")
    _last_heads.clear()  # as in a process that has just started
    append_entries("bureau:1", [DRAFT], AT)
    _last_heads.clear()
    with pytest.raises(IntegrityError), transaction.atomic():
        append_entries("bureau:1", [DRAFT], AT)


@pytest.mark.django_db
@pytest.mark.skipif(not SQLITE, reason="PostgreSQL's head is read each time")
@pytest.mark.parametrize("is_new_process", [True, False])
def test_without_its_triggers_no_chain_goes_on_from_memory(is_new_process: bool) -> None:
    append_entries("bureau:1", [DRAFT], AT)
    drop_trigger("ledger_entry_move_head")
    if is_new_process:
        _last_heads.clear()
        append_entries("bureau:1", [DRAFT], AT)
    with pytest.raises(LedgerError, match="没有移动链的末尾"), transaction.atomic():
        append_entries("bureau:1", [DRAFT], AT)


@pytest.mark.django_db
def test_a_head_remembered_from_elsewhere_is_never_written_on() -> None:
    # Of another chain, of a chain that is gone, behind and ahead: what the database holds decides.
    entries = append_entries("bureau:1", [DRAFT] * 3, AT)
    chain_id = Chain.objects.get(key="bureau:1").pk
    for remembered in (
        _Head(chain_id, 3, "f" * 64),
        _Head(chain_id + 1, 3, entries[2].hash),
        _Head(chain_id, 2, entries[1].hash),
        _Head(chain_id, 9, entries[2].hash),
    ):
        for key in ("bureau:1", "bureau:2"):
            _last_heads[key] = remembered
            append_entries(key, [DRAFT, DRAFT], AT)
    assert verify_chain("bureau:1").verified_entries == 3 + 4 * 2
    assert verify_chain("bureau:2").verified_entries == 4 * 2
    assert verify_chain("bureau:1").is_intact
    assert verify_chain("bureau:2").is_intact
