"""Three-valued truth: 0 fail, 1 unknown, 2 pass, so `all` is min, `any` is max and `not` is 2 - x (Kleene)."""

from __future__ import annotations

PASS, UNKNOWN, FAIL = 2, 1, 0
#: in a trace only: a leaf that fails but from which somebody entitled has departed on record
DEPARTED = 3
