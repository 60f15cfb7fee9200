import pytest

from jiebang.funding.vouchers import is_among, keep_voucher, spelt
from jiebang.lifecycle.errors import UnableToApply


@pytest.mark.parametrize(
    "other",
    [
        "GK-2026-0015",
        "ＧＫ－２０２６－００１５",
        "gk-2026-0015",
        " GK-2026-0015\n",
        "GK-2026 0015".replace(" ", "-\u200b"),
        "GK\u00a0-2026-\u30000015",
    ],
)
def test_one_number_in_many_spellings(other: str) -> None:
    assert is_among(other, ["x", "GK-2026-0015"])


@pytest.mark.parametrize("other", ["GK-2026-0016", "GK-2026-015", "GK20260015", "GK-2026-00151", ""])
def test_another_number_is_another(other: str) -> None:
    assert not is_among(other, ["GK-2026-0015"])


@pytest.mark.parametrize("nothing", ["", " ", "\u3000", "\u200b\ufeff"])
def test_what_nobody_can_read_is_none(nothing: str) -> None:
    assert not spelt(nothing)


def test_none_is_cut() -> None:
    assert keep_voucher(" " + "9" * 120 + " ", 120, "拨付") == "9" * 120
    with pytest.raises(UnableToApply, match="凭证写了 121 字，不超过 120 字"):
        keep_voucher("9" * 121, 120, "拨付")
