"""Short forms that belong to no act of a case: a few controls, what was typed, an error beside each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest

from jiebang.console.fields import Control, build_control, read_control
from jiebang.console.forms import too_long, typed_of
from jiebang.console.typed_codes import check_codes
from jiebang.kernel.errors import JiebangError
from jiebang.policy.values import Kind, ValueType

Wanted = Mapping[str, tuple[str, ValueType]]


class PlainForm:
    """What a form asks ({name: (label, type)}) and what came back. `optional`: may stay empty. `longest`: {name: characters}."""

    def __init__(
        self,
        request: HttpRequest,
        wanted: Wanted,
        *,
        optional: frozenset[str] = frozenset(),
        longest: Mapping[str, int] | None = None,
        hints: Mapping[str, str] | None = None,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        self.wanted, self.optional, self.hints = wanted, optional, hints or {}
        self.longest = longest or {}
        filled = {name: [text] for name, text in (initial or {}).items()}
        # Looked at with a form that was kept (kept_forms), it is filled in as well.
        self.typed = typed_of(request.POST) if request.method == "POST" or request.POST else filled
        self.errors: dict[str, str] = {}

    def read(self) -> dict[str, Any]:
        """What was typed, days as dates; what is wrong is left in `errors`."""
        given = {name: read_control(name, of, self.typed) for name, (_, of) in self.wanted.items()}
        for name, raw in given.items():
            if raw is None and name not in self.optional:
                self.errors[name] = "必填"
            elif raw is not None:
                given[name] = self._read_one(name, raw)
        return given

    def _read_one(self, name: str, raw: Any) -> Any:
        kind, most = self.wanted[name][1], self.longest.get(name)
        if kind.kind is Kind.date:
            try:
                return date.fromisoformat(raw)
            except ValueError:
                self.errors[name] = "没有这一天；写成 2026-03-02"
        elif kind.kind is Kind.choice and raw not in (kind.options or {}):
            self.errors[name] = "从列表里选择"
        elif kind.kind is Kind.organisation:
            try:
                check_codes(raw, kind)
            except JiebangError as error:
                self.errors[name] = error.beside_field
        elif most is not None and len(raw) > most:
            self.errors[name] = too_long(raw, most)
        return raw

    @property
    def controls(self) -> list[Control]:
        """The controls, in order."""
        return [
            build_control(
                name, label, of, self.typed, required=name not in self.optional, hint=self.hints.get(name, ""),
                error=self.errors.get(name, ""),
            )
            for name, (label, of) in self.wanted.items()
        ]  # fmt: skip


def password_control(name: str, label: str, *, is_new: bool, hint: str = "", error: str = "") -> Control:
    """A control for a password; what was typed is never sent back."""
    return Control(
        name, label, "password", required=True, hint=hint, error=error,
        initial="new-password" if is_new else "current-password",
    )  # fmt: skip
