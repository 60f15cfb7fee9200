"""How a value came about, as an accountant would write it down: each part in its words and its figures.

The same functions make the words alone, for a lawyer who reads a pack and knows of no case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Binds(IntEnum):
    """How tightly a piece holds together: what is looser than its place gets brackets."""

    total = 0
    product = 1
    one = 2


@dataclass(frozen=True, slots=True)
class Working:
    """A piece of arithmetic in words. `terms`: of a plain sum, its parts."""

    text: str
    binds: Binds = Binds.one
    terms: tuple[str, ...] = ()

    def within(self, least: Binds) -> str:
        """The text as part of something that binds at least so tightly."""
        return self.text if self.binds >= least else f"（{self.text}）"


def _join(sign: str, parts: Sequence[str]) -> str:
    """Parts with a sign between them; full-width brackets bring their own space."""
    return f" {sign} ".join(parts).replace("） ", "）").replace(" （", "（")


def equate(working: str, result: str) -> str:
    """A piece of arithmetic and what it comes to."""
    return _join("＝", (working, result))


def add_up(parts: Sequence[Working]) -> Working:
    """A ＋ B ＋ C; a sum within a sum needs no brackets."""
    terms = tuple(term for part in parts for term in (part.terms or (part.within(Binds.product),)))
    return Working(_join("＋", terms), Binds.total, terms)


def take_off(whole: Working, part: Working, *, is_short: bool = False) -> Working:
    """A − B, a sum taken off term by term; `is_short`: more would come off than there is, so that nothing is left."""
    first = whole.text if whole.binds is Binds.one or " − " not in whole.text else whole.within(Binds.product)
    off = part.terms or (part.within(Binds.product),)
    text = _join("−", (first, *off))
    return Working(f"{text}（不够减，按零计）" if is_short else text, Binds.total)


def multiply_by(base: Working, *factors: Working) -> Working:
    """A × B."""
    return Working(_join("×", [one.within(Binds.product) for one in (base, *factors)]), Binds.product)


def divide_by(part: Working, whole: Working) -> Working:
    """A ÷ B; a divisor that is itself made of parts stands in brackets."""
    return Working(_join("÷", (part.within(Binds.product), whole.within(Binds.one))), Binds.product)


def pick_among(parts: Sequence[Working], word: str) -> Working:
    """The smaller or larger of several."""
    return Working(f"“{'”“'.join(part.text for part in parts)}”中{word}")
