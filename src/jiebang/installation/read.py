"""The file by which an installation begins: authorities, organisations, programmes, the first people."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from jiebang.policy.pack_items import Day
from jiebang.scenarios.read import PackKey, Part, PersonPart, ProgrammePart, read_part


class AuthorityEntry(Part):
    """An authority and the one above it; keys are names within the file."""

    name: str
    kind: str
    parent: str | None = None


class OrganisationEntry(Part):
    """An organisation that the bureau enters itself, for which nobody has to enrol."""

    name: str
    credit_code: str


class ProgrammeEntry(ProgrammePart):
    """A programme on a pack, and which authorities fill its roles."""

    pack: PackKey
    roles: dict[str, list[str]] = {}


class PersonEntry(PersonPart):
    """A person by user name, and one mandate; a second mandate is a second entry with the same user name."""

    username: str
    from_: Day = Field(alias="from")
    until: Day | None = None


class Installation(Part):
    """A whole file."""

    authorities: dict[str, AuthorityEntry]
    organisations: dict[str, OrganisationEntry] = {}
    programmes: list[ProgrammeEntry] = []
    people: list[PersonEntry] = []


def read_installation(path: Path) -> Installation:
    """Read one file. Raises PackProblems with every problem, its line and what was expected."""
    return read_part(path, Installation)
