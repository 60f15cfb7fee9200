"""The unified social credit code (统一社会信用代码, GB 32100) by which every organisation is known."""

import re
from typing import Any

from stdnum.cn import uscc

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.fullwidth import to_half_width

_LENGTH = 18
_MAX_TEXT = 60
_FORBIDDEN = "IOSVZ"  # GB 32100 leaves them out because they are easily taken for 1, 0, 5, U and 2
_LETTERS = "ABCDEFGHJKLMNPQRTUWXY"
_FIX = "请对照营业执照或法人证书逐位核对"

# Not a region of GB/T 2260, so no real organisation has it; the codes made here are recognised by it.
_SYNTHETIC_REGION = "999999"
_MAX_SEED = 999_999
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class MalformedCreditCode(JiebangError):
    """What was given is not a unified social credit code; the subclasses say in what."""


class WrongLength(MalformedCreditCode):
    """The code does not have 18 characters."""


class IllegalCharacter(MalformedCreditCode):
    """The code has a character that GB 32100 does not allow, or not at that place."""


class WrongCheckDigit(MalformedCreditCode):
    """The last character does not follow from the others: one of them is mistyped."""


def check_credit_code(text: Any) -> str:
    """The credit code written in `text`, in upper case without spaces or hyphens; full-width forms are read.

    Checks the length, the characters of each part and the check digit (GB 32100); whether such an
    organisation is registered is another question. Raises WrongLength, IllegalCharacter or
    WrongCheckDigit, all MalformedCreditCode, and MalformedCreditCode itself for what is not text.
    """
    if not isinstance(text, str):
        raise MalformedCreditCode(
            what=f"统一社会信用代码必须是文字，不能是 {type(text).__name__} 值 {quote(text)}",
            # The usual cause: a sheet makes a number of an all-digit code, and rounds it.
            fix="请在表格里把这一列设为文本后重新填写",
        )
    code = re.sub(r"[ \t\-]", "", to_half_width(text[: _MAX_TEXT + 1])).upper()
    if len(text) > _MAX_TEXT or len(code) != _LENGTH:
        count = f"多于 {_MAX_TEXT}" if len(text) > _MAX_TEXT else f"{len(code)}"
        raise WrongLength(what=f"统一社会信用代码 {quote(text)} 应为 {_LENGTH} 位，现为 {count} 位", fix=_FIX)
    for place, letter in enumerate(code, start=1):
        _check_character(code, place, letter)
    # The check digit alone is taken from stdnum: its validate() also wants a digit in the first place, where
    # GB 32100 as amended has letters too (N rural collectives, A military institutions, Y others).
    if uscc.calc_check_digit(code[:-1]) != code[-1]:
        raise WrongCheckDigit(
            what=f"统一社会信用代码 {quote(code)} 的校验码（第 {_LENGTH} 位）不符，至少有一位写错", fix=_FIX
        )
    return code


def _check_character(code: str, place: int, letter: str) -> None:
    if letter in _FORBIDDEN:
        raise IllegalCharacter(
            what=f"统一社会信用代码 {quote(code)} 第 {place} 位是 {letter}，代码中不使用字母 I、O、S、V、Z",
            fix="请核对是否应为数字 1、0、5、2 或字母 U",
        )
    digits_only = 3 <= place <= 8
    if letter.isascii() and (letter.isdigit() or (letter in _LETTERS and not digits_only)):
        return
    allowed = "只能是数字（登记机关行政区划码）" if digits_only else "只能是数字或大写英文字母"
    raise IllegalCharacter(
        what=f"统一社会信用代码 {quote(code)} 第 {place} 位是 {quote(letter)}，{allowed}", fix=_FIX
    )


def make_synthetic_credit_code(seed: int) -> str:
    """A well-formed credit code for a made-up organisation, the same for the same `seed` (0 to 999,999).

    Its region 999999 is none of GB/T 2260, so it can never be a real organisation's; its organisation code is
    HC (合成) and the seed, with that code's own check character (GB 11714). For demonstrations and tests.
    Raises ValueError for a seed out of range.
    """
    if not 0 <= seed <= _MAX_SEED:
        raise ValueError(f"seed must be from 0 to {_MAX_SEED}, not {seed}")
    serial = f"HC{seed:06d}"
    total = sum(
        int(letter, 36) * weight for letter, weight in zip(serial, _ORGANISATION_WEIGHTS, strict=True)
    )
    body = f"91{_SYNTHETIC_REGION}{serial}{'0123456789X0'[11 - total % 11]}"
    return body + uscc.calc_check_digit(body)


def is_synthetic_credit_code(code: str) -> bool:
    """Whether `code` (as check_credit_code returns it) is one of make_synthetic_credit_code's."""
    return code[2:10] == f"{_SYNTHETIC_REGION}HC"
