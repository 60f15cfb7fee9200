"""The triggers' texts. Changing one changes what `missing_triggers` expects: ship a migration with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jiebang.ledger.verify_file import GENESIS_HASH

_ENTRY_CHANGED: Final = "账本条目不可修改、不可删除"
_CHAIN_DELETED: Final = "账本链不可删除"

_OUT_OF_ORDER: Final = "账本条目必须紧接本链最后一条"
# The head moves from the entry before to the new one, or not at all: then the insertion is refused.
_MOVE_HEAD: Final = (
    "UPDATE ledger_chain SET head_sequence = NEW.sequence, head_hash = NEW.hash WHERE id = NEW.chain_id"
    " AND head_sequence = NEW.sequence - 1 AND head_hash = NEW.previous_hash"
)
_MOVE_HEAD_NAME: Final = "ledger_entry_move_head"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the database refuses: an event on a table, always or under a condition on the rows NEW and OLD."""

    table: str
    event: str
    message: str
    condition: str = ""


_REFUSALS: Final[Mapping[str, Refusal]] = {
    "ledger_entry_no_update": Refusal("ledger_entry", "UPDATE", _ENTRY_CHANGED),
    "ledger_entry_no_delete": Refusal("ledger_entry", "DELETE", _ENTRY_CHANGED),
    "ledger_chain_empty": Refusal(
        "ledger_chain",
        "INSERT",
        "账本链必须从空链开始",
        f"NEW.head_sequence <> 0 OR NEW.head_hash <> '{GENESIS_HASH}'",
    ),
    "ledger_chain_forward": Refusal(
        "ledger_chain",
        "UPDATE",
        "账本链的末尾只能向前移到已有的条目，链的其他内容不可修改",
        "NEW.id <> OLD.id OR NEW.key <> OLD.key OR NEW.head_sequence <= OLD.head_sequence"
        " OR NOT EXISTS (SELECT 1 FROM ledger_entry"
        " WHERE chain_id = NEW.id AND sequence = NEW.head_sequence AND hash = NEW.head_hash)",
    ),
    "ledger_chain_no_delete": Refusal("ledger_chain", "DELETE", _CHAIN_DELETED),
}
# INSERT OR REPLACE, which only SQLite has, would remove a row without firing the trigger against deletion.
_SQLITE_REFUSALS: Final[Mapping[str, Refusal]] = {
    **_REFUSALS,
    "ledger_chain_no_replace": Refusal(
        "ledger_chain",
        "INSERT",
        "账本链不可替换",
        "EXISTS (SELECT 1 FROM ledger_chain WHERE id = NEW.id OR key = NEW.key)",
    ),
}
_POSTGRESQL_REFUSALS: Final[Mapping[str, Refusal]] = {
    **_REFUSALS,
    "ledger_entry_no_truncate": Refusal("ledger_entry", "TRUNCATE", _ENTRY_CHANGED),
    "ledger_chain_no_truncate": Refusal("ledger_chain", "TRUNCATE", _CHAIN_DELETED),
}


def _write_sqlite() -> Iterator[tuple[str, str]]:
    for name, refusal in _SQLITE_REFUSALS.items():
        when = f" WHEN {refusal.condition}" if refusal.condition else ""
        action = f"SELECT RAISE(ABORT, '{refusal.message}')"
        yield name, _sqlite_trigger(name, f"BEFORE {refusal.event}", refusal.table, when, action)
    move = f"{_MOVE_HEAD}; SELECT RAISE(ABORT, '{_OUT_OF_ORDER}') WHERE changes() = 0"
    yield _MOVE_HEAD_NAME, _sqlite_trigger(_MOVE_HEAD_NAME, "AFTER INSERT", "ledger_entry", "", move)


def _sqlite_trigger(name: str, event: str, table: str, when: str, action: str) -> str:
    return f"CREATE TRIGGER {name} {event} ON {table}{when} BEGIN {action}; END"


SQLITE_TRIGGERS: Final[Mapping[str, str]] = dict(_write_sqlite())
"""What creates each trigger, which is also what SQLite stores of it."""


@dataclass(frozen=True, slots=True)
class PostgresTrigger:
    """A trigger and the body of its function, which has the same name."""

    timing: str
    event: str
    table: str
    body: str

    @property
    def type_bits(self) -> int:
        """What pg_trigger.tgtype holds: row 1, before 2, insert 4, delete 8, update 16, truncate 32."""
        event = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}[self.event]
        return event + (2 if self.timing == "BEFORE" else 0) + (0 if self.event == "TRUNCATE" else 1)

    def statements(self, name: str) -> tuple[str, ...]:
        """What creates it. ALWAYS: a session that calls itself a replica must not pass either."""
        when = f"{self.timing} {self.event} ON {self.table}"
        per = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${self.body}$body$",
            f"DROP TRIGGER IF EXISTS {name} ON {self.table}",
            f"CREATE TRIGGER {name} {when} FOR EACH {per} EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {name}",
        )


def _write_postgresql() -> Iterator[tuple[str, PostgresTrigger]]:
    for name, refusal in _POSTGRESQL_REFUSALS.items():
        refuse = _raise_exception(refusal.message)
        body = f"BEGIN IF {refusal.condition or 'TRUE'} THEN {refuse} END IF; RETURN NEW; END"
        yield name, PostgresTrigger("BEFORE", refusal.event, refusal.table, body)
    move = f"BEGIN {_MOVE_HEAD}; IF NOT FOUND THEN {_raise_exception(_OUT_OF_ORDER)} END IF; RETURN NULL; END"
    yield _MOVE_HEAD_NAME, PostgresTrigger("AFTER", "INSERT", "ledger_entry", move)


def _raise_exception(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';"


POSTGRESQL_TRIGGERS: Final[Mapping[str, PostgresTrigger]] = dict(_write_postgresql())
