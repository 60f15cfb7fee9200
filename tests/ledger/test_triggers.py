# ruff: noqa: S608  (these tests are made of statements against the ledger)
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from tests.conftest import FreshDatabase
from tests.ledger.tampering import SQLITE, TRIGGER_NAMES, drop_trigger, execute

from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.ledger.checks import check_triggers
from jiebang.ledger.errors import UnguardedLedger
from jiebang.ledger.models import Chain, Entry
from jiebang.ledger.trigger_texts import SQLITE_TRIGGERS
from jiebang.ledger.triggers import install_triggers, missing_triggers, require_triggers
from jiebang.ledger.verify import verify_chain
from jiebang.ledger.verify_file import GENESIS_HASH

AT = datetime(2026, 3, 15, tzinfo=UTC)
NEXT = "INSERT INTO ledger_entry (chain_id, sequence, at, kind, body, previous_hash, hash, algorithm)"
ENTRY_COLUMNS = "at, kind, body, previous_hash, hash, algorithm"

only_sqlite = pytest.mark.skipif(not SQLITE, reason="SQLite's own way")
only_postgresql = pytest.mark.skipif(SQLITE, reason="PostgreSQL's own way")


@pytest.fixture
def chain(db: None) -> Chain:
    """Two chains of three entries; the first is returned."""
    for key in ("bureau:1", "bureau:2"):
        append_entries(key, [EntryDraft("test.made", {"number": number}) for number in range(3)], AT)
    return Chain.objects.get(key="bureau:1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET body = '{}'",
        "UPDATE ledger_entry SET body = body",
        "UPDATE ledger_entry SET sequence = 9 WHERE sequence = 3",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_entry WHERE sequence = 3",
        "UPDATE ledger_chain SET head_sequence = 2",
        "UPDATE ledger_chain SET head_sequence = 4",
        "UPDATE ledger_chain SET head_sequence = head_sequence",
        "UPDATE ledger_chain SET head_hash = head_hash",
        "UPDATE ledger_chain SET key = 'bureau:9' WHERE key = 'bureau:1'",
        "DELETE FROM ledger_chain",
        f"INSERT INTO ledger_chain (key, head_sequence, head_hash) VALUES ('bureau:9', 3, '{GENESIS_HASH}')",
        "INSERT INTO ledger_chain (key, head_sequence, head_hash) VALUES ('bureau:9', 0, 'x')",
        """INSERT INTO ledger_chain (key, head_sequence, head_hash)
           SELECT 'bureau:9', head_sequence, head_hash FROM ledger_chain WHERE key = 'bureau:1'""",
    ],
)
def test_raw_changes_are_refused(chain: Chain, statement: str) -> None:
    before = (list(Entry.objects.order_by("pk").values()), list(Chain.objects.order_by("id").values()))
    with pytest.raises(IntegrityError, match="账本"):
        execute(statement)
    assert before == (
        list(Entry.objects.order_by("pk").values()),
        list(Chain.objects.order_by("id").values()),
    )


@only_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE OR IGNORE ledger_entry SET body = '{}'",
        "UPDATE OR REPLACE ledger_entry SET sequence = 2 WHERE sequence = 3",
        f"""INSERT OR REPLACE INTO ledger_entry (chain_id, sequence, {ENTRY_COLUMNS})
            SELECT chain_id, sequence, {ENTRY_COLUMNS} FROM ledger_entry WHERE sequence = 2""",
        # The right next entry, in place of an existing one.
        f"""INSERT OR REPLACE INTO ledger_entry (rowid, chain_id, sequence, {ENTRY_COLUMNS})
            SELECT 1, id, head_sequence + 1, '', '', '', head_hash, 'x', 'sha-256' FROM ledger_chain""",
        f"INSERT OR REPLACE INTO ledger_chain SELECT id, key, 0, '{GENESIS_HASH}' FROM ledger_chain WHERE id = 1",
        f"REPLACE INTO ledger_chain (key, head_sequence, head_hash) VALUES ('bureau:1', 0, '{GENESIS_HASH}')",
        "UPDATE OR REPLACE ledger_chain SET key = 'bureau:2' WHERE key = 'bureau:1'",
    ],
)
def test_replacing_is_refused(chain: Chain, statement: str) -> None:
    # The hidden row number doesn't exist, hence the other error.
    with pytest.raises(Exception, match=r"账本|no column named rowid"):
        execute(statement)
    assert Entry.objects.count() == 6
    assert verify_chain("bureau:1").is_intact
    assert verify_chain("bureau:2").is_intact


@only_postgresql
@pytest.mark.parametrize("table", ["ledger_entry", "ledger_chain, ledger_entry", "ledger_chain CASCADE"])
def test_truncation_is_refused(chain: Chain, table: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="账本"):
        execute(f"TRUNCATE {table}")


def insert_entry(chain: Chain, sequence: int, previous_hash: str) -> None:
    execute(
        f"{NEXT} VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        *(
            chain.pk,
            sequence,
            "2026-01-01T00:00:00.000000Z",
            "test.raw",
            "{}",
            previous_hash,
            "f" * 64,
            "sha-256",
        ),
    )


@pytest.mark.parametrize("sequence", [-1, 0, 1, 3, 5])
def test_an_entry_out_of_sequence_is_refused(chain: Chain, sequence: int) -> None:
    # A number that is taken is refused by the key before any trigger is asked.
    said = r"UNIQUE|ledger_entry_pkey" if sequence in (1, 3) else "紧接"
    with pytest.raises(IntegrityError, match=said):
        insert_entry(chain, sequence, chain.head_hash)
    assert verify_chain("bureau:1").verified_entries == 3


def test_an_entry_on_another_hash_than_the_last_is_refused(chain: Chain) -> None:
    other = Chain.objects.get(key="bureau:2")
    for previous in (GENESIS_HASH, other.head_hash, chain.entries.get(sequence=2).hash):
        with pytest.raises(IntegrityError, match="紧接"):
            insert_entry(chain, 4, previous)


def test_the_database_moves_the_head_of_whoever_appends(chain: Chain) -> None:
    insert_entry(chain, 4, chain.head_hash)
    chain.refresh_from_db()
    assert (chain.head_sequence, chain.head_hash) == (4, "f" * 64)


@pytest.mark.django_db
def test_a_migrated_database_misses_no_trigger() -> None:
    assert missing_triggers(connection) == []
    assert check_triggers(databases=["default"]) == []
    require_triggers(connection)


@pytest.mark.django_db
@pytest.mark.parametrize("name", TRIGGER_NAMES)
def test_a_dropped_trigger_is_missed_and_installed_again(name: str) -> None:
    drop_trigger(name)
    assert missing_triggers(connection) == [name]
    (message,) = check_triggers(databases=["default"])
    assert name in message.msg
    assert check_triggers(databases=[]) == []
    with pytest.raises(UnguardedLedger, match=name):
        require_triggers(connection)
    install_triggers(connection)
    assert missing_triggers(connection) == []


@only_sqlite
@pytest.mark.django_db
def test_a_weakened_trigger_is_missed_on_sqlite() -> None:
    name = "ledger_entry_no_update"
    drop_trigger(name)
    execute(SQLITE_TRIGGERS[name].replace("BEGIN", "WHEN NEW.sequence > 1000 BEGIN"))
    assert missing_triggers(connection) == [name]


@only_postgresql
@pytest.mark.django_db
@pytest.mark.parametrize(
    "event",
    [
        "BEFORE UPDATE OF kind ON ledger_entry FOR EACH ROW",
        "BEFORE UPDATE ON ledger_entry FOR EACH ROW WHEN (NEW.sequence > 9)",
        "AFTER UPDATE ON ledger_entry FOR EACH ROW",
        "BEFORE UPDATE ON ledger_entry FOR EACH STATEMENT",
        "BEFORE UPDATE ON ledger_chain FOR EACH ROW",
    ],
)
def test_a_trigger_for_less_is_missed_on_postgresql(event: str) -> None:
    name = "ledger_entry_no_update"
    drop_trigger(name)
    execute(f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()")
    execute(f"ALTER TABLE {event.split()[event.split().index('ON') + 1]} ENABLE ALWAYS TRIGGER {name}")
    assert missing_triggers(connection) == [name]


@only_postgresql
@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_entry DISABLE TRIGGER {}",
        "ALTER TABLE ledger_entry ENABLE TRIGGER {}",
        "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_weakened_trigger_is_missed_on_postgresql(statement: str) -> None:
    name = "ledger_entry_no_update"
    execute(statement.format(name))
    assert missing_triggers(connection) == [name]


def test_migrating_backwards_to_nothing_and_forwards_again(fresh_database: FreshDatabase) -> None:
    call_command("migrate", "ledger", "zero", verbosity=0)
    assert check_triggers(databases=["default"]) == []
    with pytest.raises(UnguardedLedger, match="还没有账本的表"):
        require_triggers(connection)
    call_command("migrate", verbosity=0)
    require_triggers(connection)


def test_migrate_stops_at_missing_triggers_and_installs_them_when_told(
    fresh_database: FreshDatabase,
) -> None:
    drop_trigger(TRIGGER_NAMES[0])
    with pytest.raises(CommandError, match=TRIGGER_NAMES[0]):
        call_command("migrate", verbosity=0, skip_checks=False)
    assert missing_triggers(connection) == [TRIGGER_NAMES[0]]
    call_command("migrate", verbosity=0, skip_checks=True)
    require_triggers(connection)


@pytest.mark.parametrize("model_name", ["chain", "entry"])
def test_a_table_rebuild_keeps_triggers_and_content(
    fresh_database: FreshDatabase,
    model_name: str,
) -> None:
    with transaction.atomic():
        append_entries("bureau:1", [EntryDraft("test.made", {})] * 3, AT)
    # On SQLite, a new column that is unique or has a check makes Django copy the table into a new one.
    state = ProjectState.from_apps(apps)
    rebuild = migrations.AddField(model_name, "extra", models.IntegerField(default=0))
    alter = migrations.AlterField(model_name, "extra", models.PositiveIntegerField(default=1))
    for operation in (rebuild, alter):
        changed = state.clone()
        operation.state_forwards("ledger", changed)
        with connection.schema_editor() as editor:
            operation.database_forwards("ledger", editor, state, changed)
        state = changed
        assert missing_triggers(connection) == []
    if SQLITE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_schema WHERE name = 'ledger_entry'")
            assert cursor.fetchone()[0].endswith("WITHOUT ROWID")
    assert verify_chain("bureau:1").verified_entries == 3
    with pytest.raises(IntegrityError, match="账本"):
        execute("UPDATE ledger_entry SET body = ''")


def test_the_check_runs_with_the_databases_of_manage_check(
    fresh_database: FreshDatabase,
) -> None:
    call_command("check", databases=["default"])
    drop_trigger(TRIGGER_NAMES[0])
    with pytest.raises(Exception, match=r"ledger\.E001"):
        call_command("check", databases=["default"])
