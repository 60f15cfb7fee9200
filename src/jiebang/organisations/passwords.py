"""What a password must have: the installation's regime, and messages that say exactly what is lacking."""

from __future__ import annotations

import unicodedata

from django.contrib.auth.password_validation import MinimumLengthValidator, validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from jiebang.organisations.errors import UnfitPassword
from jiebang.organisations.models import Account

LONGEST = 200
_KINDS = ("大写字母", "小写字母", "数字", "符号")


class Length(MinimumLengthValidator):
    """Django's own, in a language that its translation lacks these two sentences in."""

    def get_error_message(self) -> str:
        """What is wrong."""
        return f"口令太短，至少要 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """What is asked, in a sentence."""
        return f"至少 {self.min_length} 个字符。"


class KindsOfCharacters:
    """A Django validator: so many of the four kinds of characters. Anything that is no letter and no digit is a symbol."""

    def __init__(self, kinds: int = 3) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError that names the kinds found and those to choose from."""
        has = {_kind_of(letter) for letter in password}
        if len(has) < self.kinds:
            lacking = [kind for kind in _KINDS if kind not in has]
            found = "、".join(kind for kind in _KINDS if kind in has) or "没有"
            raise ValidationError(
                f"字符种类不够：现在有{found}，还要加{'、'.join(lacking)}中的 {self.kinds - len(has)} 种。",
                code="too_few_kinds",
            )

    def get_help_text(self) -> str:
        """What is asked, in a sentence."""
        return f"大写字母、小写字母、数字、符号中至少有 {self.kinds} 种。"


def _kind_of(letter: str) -> str:
    if letter.isdecimal():
        return "数字"
    category = unicodedata.category(letter)
    return "大写字母" if category == "Lu" else "小写字母" if category.startswith("L") else "符号"


def check_password_fit(password: str, again: str, account: Account | None) -> None:
    """Raise UnfitPassword naming everything that is wrong with a password that somebody chooses."""
    if len(password) > LONGEST:
        raise UnfitPassword(what=f"口令不能超过 {LONGEST} 个字符", fix="换一个短一些的")
    wrong: list[str] = []
    # Django's own sentences follow the browser's language; these pages are in Chinese.
    with translation.override("zh-hans"):
        try:
            validate_password(password, account)
        except ValidationError as error:
            wrong = list(error.messages)
    if password != again:
        wrong.append("两次输入的口令不一样。")
    if wrong:
        raise UnfitPassword(what="".join(wrong), fix="")
