"""The one shape of every error that a person may see: where, what is wrong, what to do."""

import copy
from typing import Any, Self

_STOPS = "。；;，,！!. \n"
_SHOWN_CHARACTERS = 40


class JiebangError(Exception):
    """The root of all errors of this system that are meant to be read by a person, in Chinese.

    `what` says what is wrong, `where` says where (a file and line, a row, a field; may be empty) and
    `fix` says what to do about it (may be empty). Subclasses add attributes, never positional arguments.
    """

    def __init__(self, *, what: str, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        place = f"{self.where.rstrip('：: ')}：" if self.where else ""
        advice = f"{self.fix.rstrip(_STOPS)}。" if self.fix else ""
        what = self.what.rstrip(_STOPS)
        # A question that is open is told as one.
        return f"{place}{what}{'' if what.endswith('？') else '。'}{advice}"

    @property
    def beside_field(self) -> str:
        """The error as it stands beside its own field, whose label says where."""
        return f"{self.what}；{self.fix}" if self.fix else self.what

    def located(self, where: str) -> Self:
        """The same error, said to be at `where`; an inner place it already had is kept behind it.

        For callers that know the file and line while the function that failed only saw the value.
        """
        moved = copy.copy(self)
        moved.where = f"{where}，{self.where}" if self.where else where
        return moved

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from positional arguments, which these refuse; without this, copying one
        # or handing it from a worker process to its parent would fail with an unrelated TypeError.
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))


def _rebuild(kind: type[JiebangError], args: tuple[Any, ...], state: dict[str, Any]) -> JiebangError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


def quote(value: object) -> str:
    """`value` between Chinese quotation marks, cut so that a hostile input cannot flood a message."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 - an integer of 5,000 digits, for one; the message must come out anyway
        text = type(value).__name__
    printable = "".join(letter if letter.isprintable() else "�" for letter in text[:_SHOWN_CHARACTERS])
    return f"“{printable}{'…' if len(text) > _SHOWN_CHARACTERS else ''}”"
