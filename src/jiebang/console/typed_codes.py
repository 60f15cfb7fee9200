"""Credit codes as people type them where a name would do as well."""

from __future__ import annotations

import re
from typing import Any

from jiebang.kernel.fullwidth import to_half_width
from jiebang.kernel.identifiers import check_credit_code
from jiebang.policy.values import Kind, ValueType

#: A text of letters and digits with this many digits was meant as a credit code.
_DIGITS = 8


def looks_like_code(text: str) -> bool:
    """Whether whoever typed it meant a credit code, right or wrong, and not a name."""
    plain = re.sub(r"[ \t-]", "", to_half_width(text))
    return re.fullmatch(r"[0-9A-Za-z]{15,20}", plain) is not None and sum(map(str.isdigit, plain)) >= _DIGITS


def check_codes(raw: Any, wanted: ValueType) -> None:
    """Raise MalformedCreditCode where a code was meant and can't be one: as a name it would be nobody's."""
    if wanted.kind is Kind.records:
        for row in raw:
            for key, value in row.items():
                check_codes(value, (wanted.fields or {})[key])
    elif wanted.kind in (Kind.organisation, Kind.organisations):
        for one in [raw] if isinstance(raw, str) else raw:
            if looks_like_code(one):
                check_credit_code(one)
