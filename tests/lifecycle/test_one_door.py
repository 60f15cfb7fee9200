"""State is written by the door alone, every kind of stage can be ended, and no act means two things."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiebang.lifecycle.transitions import Transition, find, register, rows_of
from jiebang.policy.stages import KINDS

SOURCE = Path(__file__).parents[2] / "src" / "jiebang"
#: Fields that say where a thing stands. Written outside lifecycle they would pass by permission, rules and ledger.
STATE_FIELDS = {"closed_at", "outcome", "ended_at", "ending", "waiting_for", "closes_at", "superseded_at"}
STATE_MODELS = {
    "Subject", "StageRun", "FactEntry", "Participation", "SignOff", "DiscretionDecision", "DepartureRecord", "ExternalAct",
    "Submission", "OutboxMessage", "Proposal",
}  # fmt: skip
WRITES = {"create", "update", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete"}


def trespasses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AugAssign)
            else []
        )
        for target in targets:
            for inner in ast.walk(target):
                if isinstance(inner, ast.Attribute) and inner.attr in STATE_FIELDS:
                    yield inner.lineno, f"assigns .{inner.attr}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            names = {inner.id for inner in ast.walk(node.func.value) if isinstance(inner, ast.Name)}
            for model in names & STATE_MODELS:
                yield node.lineno, f"{model}…{node.func.attr}()"


def test_state_is_written_in_lifecycle_only() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line}: {what}"
        for path in sorted(SOURCE.rglob("*.py"))
        if path.relative_to(SOURCE).parts[0] not in ("lifecycle", "policy", "kernel", "ledger")
        and "migrations" not in path.parts
        for line, what in trespasses(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "run.closed_at = now",
        "StageRun.objects.create(subject=s)",
        "Subject.objects.filter(pk=1).update(title='')",
    ],
)
def test_the_lint_sees_a_trespass(code: str) -> None:
    assert list(trespasses(ast.parse(code)))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_stage_can_be_ended(kind: str) -> None:
    enders = {"conclude", "close", "record_payment"}
    assert enders & {row.event for row in rows_of(kind)}, f"nothing ends {KINDS[kind].label}"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_act_is_found_by_its_name(kind: str) -> None:
    for row in rows_of(kind):
        assert find(kind, row.event) is row
        assert row.label
        assert row.who
    assert find(kind, "falsify") is None


def test_an_act_has_one_meaning() -> None:
    row = find("vet_need", "conclude")
    assert row is not None
    with pytest.raises(ValueError, match="registered twice"):
        register(
            Transition("conclude", "别的", frozenset({"vet_need"}), frozenset({"by"}), lambda _act: None)
        )
    with pytest.raises(ValueError, match="unknown stage kinds"):
        register(Transition("conclude", "别的", frozenset({"no_such"}), frozenset({"by"}), lambda _act: None))
