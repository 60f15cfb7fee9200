"""The unified social credit code: read as people type it, and any single slip found."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from jiebang.kernel.identifiers import (
    IllegalCharacter,
    MalformedCreditCode,
    WrongCheckDigit,
    WrongLength,
    check_credit_code,
    is_synthetic_credit_code,
    make_synthetic_credit_code,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GOOD = make_synthetic_credit_code(7)
seeds = st.integers(0, 999_999)


def with_check_digit(body: str) -> str:
    return body + uscc.calc_check_digit(body)


def test_the_worked_example_of_the_check_digit() -> None:
    # The code used as the example in stdnum's own documentation, so that the made-up ones do not only agree
    # with themselves.
    assert check_credit_code("91110000600037341L") == "91110000600037341L"


@pytest.mark.parametrize(
    "written",
    [
        GOOD,
        GOOD.lower(),
        f"  {GOOD}\t",
        f"{GOOD[:2]} {GOOD[2:8]} {GOOD[8:]}",
        f"{GOOD[:2]}-{GOOD[2:8]}-{GOOD[8:]}",
        "".join(chr(ord(letter) + 0xFEE0) for letter in GOOD),
    ],
)
def test_is_read_however_it_is_typed(written: str) -> None:
    assert check_credit_code(written) == GOOD


@pytest.mark.parametrize("registry", ["11", "12", "51", "52", "91", "A1", "N2", "Y1"])
def test_every_registry_of_the_standard_is_known(registry: str) -> None:
    code = with_check_digit(registry + GOOD[2:17])
    assert check_credit_code(code) == code


@pytest.mark.parametrize(
    ("written", "kind", "said"),
    [
        ("", WrongLength, "现为 0 位"),
        (GOOD[:-1], WrongLength, "现为 17 位"),
        (GOOD + "0", WrongLength, "现为 19 位"),
        pytest.param("9" * 1_000_000, WrongLength, "现为 多于 60 位", id="a million digits"),
        (GOOD[:8] + "O" + GOOD[9:], IllegalCharacter, "第 9 位是 O，代码中不使用字母 I、O、S、V、Z"),
        (GOOD[:8] + "i" + GOOD[9:], IllegalCharacter, "第 9 位是 I，代码中不使用"),
        ("S" + GOOD[1:], IllegalCharacter, "第 1 位是 S"),
        ("V" + GOOD[1:], IllegalCharacter, "第 1 位是 V"),
        (GOOD[:17] + "Z", IllegalCharacter, "第 18 位是 Z"),
        (GOOD[:2] + "A" + GOOD[3:], IllegalCharacter, "第 3 位是 “A”，只能是数字（登记机关行政区划码）"),
        (GOOD[:7] + "A" + GOOD[8:], IllegalCharacter, "第 8 位是 “A”，只能是数字"),
        (GOOD[:9] + "*" + GOOD[10:], IllegalCharacter, "第 10 位是 “*”，只能是数字或大写英文字母"),
        (GOOD[:9] + "合" + GOOD[10:], IllegalCharacter, "第 10 位是 “合”"),
        (GOOD[:9] + "٣" + GOOD[10:], IllegalCharacter, "第 10 位是"),
        (911100006000373410, MalformedCreditCode, "不能是 int 值"),
        (None, MalformedCreditCode, "不能是 NoneType 值"),
    ],
)
def test_is_refused_and_says_why(written: Any, kind: type[MalformedCreditCode], said: str) -> None:
    with pytest.raises(MalformedCreditCode) as caught:
        check_credit_code(written)
    assert type(caught.value) is kind
    assert said in caught.value.what
    assert caught.value.fix
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("place", range(18))
def test_every_other_character_at_every_place_is_found(place: int) -> None:
    others = [letter for letter in ALPHABET if letter != GOOD[place]]
    for letter in others:
        slip = GOOD[:place] + letter + GOOD[place + 1 :]
        legal = letter.isdigit() or not 2 <= place <= 7
        with pytest.raises(WrongCheckDigit if legal else IllegalCharacter):
            check_credit_code(slip)


@given(seeds, st.integers(0, 16))
def test_two_neighbours_exchanged_are_found(seed: int, place: int) -> None:
    code = make_synthetic_credit_code(seed)
    slip = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if slip != code:
        with pytest.raises(MalformedCreditCode):
            check_credit_code(slip)


@given(seeds)
def test_made_up_codes_are_well_formed_and_known_to_be_made_up(seed: int) -> None:
    code = make_synthetic_credit_code(seed)
    assert check_credit_code(code) == code
    assert uscc.is_valid(code)
    assert code == make_synthetic_credit_code(seed)
    assert is_synthetic_credit_code(code)


def test_made_up_codes_differ() -> None:
    assert len({make_synthetic_credit_code(seed) for seed in range(2_000)}) == 2_000


def test_a_real_region_is_not_taken_for_made_up() -> None:
    assert not is_synthetic_credit_code("91110000600037341L")


@pytest.mark.parametrize("seed", [-1, 1_000_000])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="seed"):
        make_synthetic_credit_code(seed)


@given(st.text(max_size=70))
def test_any_text_is_a_code_or_a_refusal(text: str) -> None:
    try:
        code = check_credit_code(text)
    except MalformedCreditCode:
        return
    assert len(code) == 18
    assert set(code) <= set(ALPHABET)
