# ruff: noqa: S608  (these tests are made of statements against the ledger)
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.conftest import FreshDatabase
from tests.ledger.tampering import SQLITE, TRIGGER_NAMES, drop_trigger

from jiebang.ledger import verify, verify_file
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.ledger.errors import UnknownChain
from jiebang.ledger.export import export_chain
from jiebang.ledger.verify import ProblemKind, VerificationReport, verify_chain
from jiebang.ledger.verify_file import GENESIS_HASH, BadExport, hash_entry, verify_lines

AT = datetime(2026, 3, 15, tzinfo=UTC)
KEY = "bureau:1"
LAST = 450
"""More than two fetches, so that positions within and between batches are seen."""

pytestmark = pytest.mark.django_db


@pytest.fixture
def hashes() -> list[str]:
    """The hashes of a chain of LAST entries, whose triggers have been dropped; hashes[1] is the first entry's."""
    drafts = [EntryDraft("test.made", {"number": number, "名称": "合成"}) for number in range(LAST)]
    entries = append_entries(KEY, drafts, AT)
    append_entries("bureau:2", drafts[:3], AT)
    for name in TRIGGER_NAMES:
        drop_trigger(name)
    return [GENESIS_HASH, *(entry.hash for entry in entries)]


def tamper(statement: str, *parameters: str | int) -> None:
    with connection.cursor() as cursor:
        chain = "chain_id = (SELECT id FROM ledger_chain WHERE key = 'bureau:1')"
        cursor.execute(statement.replace("CHAIN", chain), parameters)


def rehash(sequence: int, body: str, previous: str) -> str:
    """Change an entry as somebody would who knows the format; return its new hash."""
    tamper("UPDATE ledger_entry SET body = %s WHERE CHAIN AND sequence = %s", body, sequence)
    digest = hash_entry("sha-256", KEY, sequence, "2026-03-15T00:00:00.000000Z", "test.made", previous, body)
    tamper(
        "UPDATE ledger_entry SET previous_hash = %s, hash = %s WHERE CHAIN AND sequence = %s",
        previous, digest, sequence,
    )  # fmt: skip
    return digest


def found(report: VerificationReport) -> tuple[int, ProblemKind]:
    assert report.problem is not None
    assert f"{report.problem.sequence}" in report.problem.message
    return report.problem.sequence, report.problem.kind


def test_an_untouched_chain_is_intact(hashes: list[str]) -> None:
    report = verify_chain(KEY)
    assert report == VerificationReport(KEY, LAST, LAST, hashes[LAST], None)
    assert report.is_intact


def test_an_unknown_chain_is_an_error() -> None:
    with pytest.raises(UnknownChain, match="bureau:404"):
        verify_chain("bureau:404")


PLACES = [1, 2, 199, 200, 201, 202, LAST - 1, LAST]


@pytest.mark.usefixtures("hashes")
@pytest.mark.parametrize("sequence", PLACES)
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("body", '{"number":0}'),
        ("body", ""),
        ("kind", "test.other"),
        ("at", "2026-03-15T00:00:00.000001Z"),
        ("hash", "f" * 64),
    ],
)
def test_a_changed_column_is_found_at_its_entry(sequence: int, column: str, value: str) -> None:
    tamper(f"UPDATE ledger_entry SET {column} = %s WHERE CHAIN AND sequence = %s", value, sequence)
    report = verify_chain(KEY)
    assert found(report) == (sequence, ProblemKind.ALTERED_ENTRY)
    assert report.verified_entries == sequence - 1
    assert verify_chain("bureau:2").is_intact


@pytest.mark.usefixtures("hashes")
@pytest.mark.parametrize("sequence", PLACES)
def test_a_changed_link_is_found_at_its_entry(sequence: int) -> None:
    tamper("UPDATE ledger_entry SET previous_hash = %s WHERE CHAIN AND sequence = %s", "f" * 64, sequence)
    assert found(verify_chain(KEY)) == (sequence, ProblemKind.BROKEN_LINK)


@pytest.mark.usefixtures("hashes")
@pytest.mark.parametrize("sequence", PLACES)
def test_a_changed_algorithm_is_found_at_its_entry(sequence: int) -> None:
    tamper("UPDATE ledger_entry SET algorithm = 'md5' WHERE CHAIN AND sequence = %s", sequence)
    assert found(verify_chain(KEY)) == (sequence, ProblemKind.UNKNOWN_ALGORITHM)


@pytest.mark.usefixtures("hashes")
@pytest.mark.parametrize("sequence", PLACES)
def test_a_deleted_entry_is_found(sequence: int) -> None:
    tamper("DELETE FROM ledger_entry WHERE CHAIN AND sequence = %s", sequence)
    assert found(verify_chain(KEY)) == (sequence, ProblemKind.MISSING_SEQUENCE)


@pytest.mark.usefixtures("hashes")
def test_many_deleted_entries_are_found_at_the_first() -> None:
    tamper("DELETE FROM ledger_entry WHERE CHAIN AND sequence > 300")
    assert found(verify_chain(KEY)) == (301, ProblemKind.MISSING_SEQUENCE)
    tamper("DELETE FROM ledger_entry WHERE CHAIN")
    assert found(verify_chain(KEY)) == (1, ProblemKind.MISSING_SEQUENCE)


@pytest.mark.usefixtures("hashes")
@pytest.mark.parametrize("sequence", [0, -7])
def test_an_entry_before_the_first_is_found(sequence: int) -> None:
    tamper("UPDATE ledger_entry SET sequence = %s WHERE CHAIN AND sequence = 100", sequence)
    assert found(verify_chain(KEY)) == (sequence, ProblemKind.UNEXPECTED_SEQUENCE)


@pytest.mark.parametrize("sequence", [1, 200, 201, LAST - 1])
def test_an_entry_rewritten_with_its_hash_breaks_the_link_after_it(hashes: list[str], sequence: int) -> None:
    rehash(sequence, '{"number":9}', hashes[sequence - 1])
    assert found(verify_chain(KEY)) == (sequence + 1, ProblemKind.BROKEN_LINK)


def test_a_number_left_out_of_a_chain_written_anew_is_found(hashes: list[str]) -> None:
    tamper("UPDATE ledger_entry SET sequence = %s WHERE CHAIN AND sequence = %s", LAST + 1, LAST)
    digest = rehash(LAST + 1, '{"number":9}', hashes[LAST - 1])
    tamper(
        f"UPDATE ledger_chain SET head_sequence = {LAST + 1}, head_hash = '{digest}' WHERE key = 'bureau:1'"
    )
    assert found(verify_chain(KEY)) == (LAST, ProblemKind.MISSING_SEQUENCE)


def test_the_last_entry_rewritten_with_its_hash_contradicts_the_head(hashes: list[str]) -> None:
    rehash(LAST, '{"number":9}', hashes[LAST - 1])
    assert found(verify_chain(KEY)) == (LAST, ProblemKind.HEAD_MISMATCH)


def test_a_head_set_back_is_found(hashes: list[str]) -> None:
    tamper(f"UPDATE ledger_chain SET head_sequence = 7, head_hash = '{hashes[7]}' WHERE key = 'bureau:1'")
    assert found(verify_chain(KEY)) == (8, ProblemKind.HEAD_MISMATCH)


@pytest.mark.usefixtures("hashes")
def test_a_head_set_forward_or_changed_is_found() -> None:
    tamper("UPDATE ledger_chain SET head_hash = 'f' WHERE key = 'bureau:1'")
    assert found(verify_chain(KEY)) == (LAST, ProblemKind.HEAD_MISMATCH)
    tamper(f"UPDATE ledger_chain SET head_sequence = {LAST + 1} WHERE key = 'bureau:1'")
    assert found(verify_chain(KEY)) == (LAST + 1, ProblemKind.MISSING_SEQUENCE)


def test_only_known_hashes_show_a_chain_written_anew(hashes: list[str]) -> None:
    previous = hashes[399]
    for sequence in range(400, LAST + 1):
        previous = rehash(sequence, '{"number":9}', previous)
    tamper(f"UPDATE ledger_chain SET head_hash = '{previous}' WHERE key = 'bureau:1'")
    assert verify_chain(KEY).is_intact
    assert verify_chain(KEY, known_hashes={1: hashes[1], 399: hashes[399]}).is_intact
    for sequence in (400, 401, LAST):
        report = verify_chain(KEY, known_hashes={200: hashes[200], sequence: hashes[sequence]})
        assert found(report) == (sequence, ProblemKind.KNOWN_HASH_MISMATCH)
        assert report.verified_entries == sequence - 1


def test_a_chain_cut_short_is_found_by_a_known_hash(hashes: list[str]) -> None:
    tamper("DELETE FROM ledger_entry WHERE CHAIN AND sequence > 7")
    tamper(f"UPDATE ledger_chain SET head_sequence = 7, head_hash = '{hashes[7]}' WHERE key = 'bureau:1'")
    assert verify_chain(KEY).is_intact
    report = verify_chain(KEY, known_hashes={7: hashes[7], 9: hashes[9]})
    assert found(report) == (9, ProblemKind.MISSING_SEQUENCE)


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL stores nothing but text in a text")
@pytest.mark.usefixtures("hashes")
@pytest.mark.parametrize("value", ["CAST(x'ff' AS TEXT)", "CAST(body AS BLOB)", "42"])
@pytest.mark.parametrize("sequence", [1, 201, LAST])
def test_what_is_not_even_text_is_found_at_its_entry(value: str, sequence: int) -> None:
    tamper(f"UPDATE ledger_entry SET body = {value} WHERE CHAIN AND sequence = %s", sequence)
    report = verify_chain(KEY)
    assert found(report) == (sequence, ProblemKind.ALTERED_ENTRY)
    assert report.verified_entries == sequence - 1


@pytest.mark.usefixtures("hashes")
@pytest.mark.parametrize("entries_per_query", [1, 7, 449, 450, 451])
def test_queries_of_any_size_see_every_entry(monkeypatch: pytest.MonkeyPatch, entries_per_query: int) -> None:
    monkeypatch.setattr(verify, "ENTRIES_PER_QUERY", entries_per_query)
    assert verify_chain(KEY).verified_entries == LAST
    tamper("UPDATE ledger_entry SET body = '' WHERE CHAIN AND sequence = 450")
    assert found(verify_chain(KEY)) == (LAST, ProblemKind.ALTERED_ENTRY)


def test_entries_appended_meanwhile_are_no_problem(
    monkeypatch: pytest.MonkeyPatch,
    fresh_database: FreshDatabase,
) -> None:
    def append() -> None:
        with transaction.atomic():
            append_entries(KEY, [EntryDraft("test.made", {})] * 3, AT)

    def read_head_and_append(*arguments: object) -> tuple[int, int, str]:
        head = read_head(*arguments)
        append()
        return head

    append()
    read_head: Callable[..., tuple[int, int, str]] = verify.read_head
    monkeypatch.setattr(verify, "read_head", read_head_and_append)
    report = verify_chain(KEY)
    assert (report.is_intact, report.verified_entries) == (True, 3)


def export() -> list[bytes]:
    file = io.BytesIO()
    assert export_chain(KEY, file) == LAST
    return file.getvalue().splitlines(keepends=True)


def test_an_export_is_verified_by_the_file_alone(
    hashes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "导出.ndjson"
    path.write_bytes(b"".join(export()))
    assert verify_file.main([str(path), "--head", f"{LAST}:{hashes[LAST]}"]) == 0
    assert f"核验通过：bureau:1，共 {LAST} 条" in capsys.readouterr().out
    assert verify_file.main([str(path), "--head", f"7:{hashes[8]}"]) == 1
    assert "账目已被改写" in capsys.readouterr().err
    assert verify_file.main([str(tmp_path / "没有")]) == 2


@pytest.mark.usefixtures("hashes")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[1:], "不是账本导出文件"),
        (lambda _: [], "不是 UTF-8 的 JSON"),
        (lambda lines: lines[:-1], "截断"),
        (lambda lines: [*lines, lines[-1]], "结尾之后还有内容"),
        (lambda lines: lines[:5] + lines[6:], "第 6 行：应为第 5 条，写的却是 6"),
        (lambda lines: lines[:-2] + lines[-1:], "结尾行与最后一条（第 449 条）不符"),
        (lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]], "第 6 行"),
        (
            lambda lines: change_line(lines, 7, b"test.made", b"test.fake"),
            "第 8 行：第 7 条的内容与它的哈希不符",
        ),
        (lambda lines: change_line(lines, 7, b'"previous":"', b'"previous":"0'), "第 7 条没有接上前一条"),
        (lambda lines: change_line(lines, 7, b"sha-256", b"md5"), "不认识的哈希算法"),
        (lambda lines: change_line(lines, 7, b'"kind"', b'"at":"","kind"'), "重复的键"),
        (lambda lines: change_line(lines, 7, b'"kind"', b'"other":"","kind"'), "字段多了或少了"),
        (lambda lines: change_line(lines, 7, b"test.made", rb"test\nmade"), "kind 不是一行文字"),
        (lambda lines: change_line(lines, 7, b"test.made", rb"test\ud800"), "kind 不是一行文字"),
        (lambda lines: change_line(lines, 7, b"test.made", b"test\xff"), "不是 UTF-8 的 JSON"),
        (lambda lines: change_line(lines, 1, b'"sequence":1', b'"sequence":true'), "应为第 1 条"),
    ],
)
def test_a_damaged_export_is_refused(change: Callable[[list[bytes]], list[bytes]], message: str) -> None:
    lines = export()
    verify_lines(lines)
    with pytest.raises(BadExport, match=message):
        verify_lines(change(lines))


def change_line(lines: list[bytes], number: int, old: bytes, new: bytes) -> list[bytes]:
    assert old in lines[number]
    return [*lines[:number], lines[number].replace(old, new, 1), *lines[number + 1 :]]


def test_an_export_must_reach_the_known_entries(hashes: list[str]) -> None:
    lines = [*export()[:8], b'{"head":{"sequence":7,"hash":"%b"}}' % hashes[7].encode()]
    assert verify_lines(lines) == (KEY, 7, hashes[7])
    with pytest.raises(BadExport, match="缺少您已知的第 9 条"):
        verify_lines(lines, {9: hashes[9]})


def test_the_verifier_needs_nothing_but_the_standard_library() -> None:
    source = Path(verify_file.__file__).read_text(encoding="utf-8")
    imported = {
        line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
    }
    assert imported == {"argparse", "collections", "hashlib", "json", "pathlib", "sys", "typing"}
