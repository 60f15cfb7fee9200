"""An account is its owner's: the code is shown once, serves once, and nobody else ever knows the password."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from tests.organisations.cast import NOW, PASSWORD, TODAY, Somebody, city, firm, kinds_in, somebody

from jiebang.ledger.models import Entry
from jiebang.organisations.actions.activate_account import activate_account
from jiebang.organisations.actions.change_password import WrongPassword, change_password
from jiebang.organisations.actions.disable_account import disable_account
from jiebang.organisations.actions.end_mandate import end_mandate
from jiebang.organisations.actions.grant_mandate import grant_mandate
from jiebang.organisations.actions.open_account import open_account
from jiebang.organisations.actions.renew_code import renew_code
from jiebang.organisations.enums import Position
from jiebang.organisations.errors import NotEntitled, UnfitPassword, UnfitUsername, UnusableCode
from jiebang.organisations.models import Account, ActivationCode

pytestmark = pytest.mark.django_db


def activate(code: str, password: str = PASSWORD, *, later: timedelta = timedelta(0)) -> Account:
    return activate_account(code=code, password=password, again=password, at=NOW + later)


def comes_in(who: Somebody, password: str = PASSWORD) -> bool:
    return authenticate(username=who.account.username, password=password) is not None


def test_the_owner_chooses_the_password_by_the_code() -> None:
    held = somebody("zhang", city(), "officer")
    assert not comes_in(held, "")
    assert activate(f" {held.code.lower().replace('-', ' ')} ") == held.account
    assert comes_in(held)


def test_the_code_is_kept_nowhere() -> None:
    held = somebody("zhang", city(), "officer")
    row = ActivationCode.objects.values().get()
    plain = held.code.replace("-", "")
    assert len(plain) == 16
    assert not any(plain in str(value).upper() or held.code in str(value) for value in row.values())
    assert not any(plain in entry.body or held.code in entry.body for entry in Entry.objects.all())


def test_a_code_serves_once_and_not_for_ever() -> None:
    first, second = somebody("zhang", city(), "officer"), somebody("wang", firm(), "member")
    activate(first.code)
    with pytest.raises(UnusableCode, match="已经用过"):
        activate(first.code, "Another 2026")
    assert comes_in(first)
    with pytest.raises(UnusableCode, match="失效"):
        activate(second.code, later=timedelta(days=7))
    activate(second.code, later=timedelta(days=7) - timedelta(seconds=1))


@pytest.mark.parametrize("code", ["", "2222-2222-2222-2222", "x" * 5000, "；drop"])
def test_no_other_code_opens_anything(code: str) -> None:
    somebody("zhang", city(), "officer")
    with pytest.raises(UnusableCode, match="没有这个激活码"):
        activate(code)


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("", "", "没有"),
        ("Ab1-", "Ab1-", "至少要 8 个字符"),
        ("abcdefgh", "abcdefgh", "现在有小写字母，还要加大写字母、数字、符号中的 2 种"),
        ("abcdefgh1", "abcdefgh1", "现在有小写字母、数字，还要加大写字母、符号中的 1 种"),
        ("Zhang-wei1", "Zhang-wei1", "用户名"),
        ("Passw0rd", "Passw0rd", "过于常见|太常见|很常见"),
        (PASSWORD, PASSWORD + " ", "两次输入的口令不一样"),
        ("A1-" * 70, "A1-" * 70, "不能超过 200"),
    ],
)
def test_a_weak_password_is_refused_with_what_it_lacks_and_the_code_stays(
    password: str, again: str, told: str
) -> None:
    held = somebody("zhang-wei", city(), "officer")
    with pytest.raises(UnfitPassword, match=told):
        activate_account(code=held.code, password=password, again=again, at=NOW)
    activate(held.code)


@pytest.mark.parametrize("password", ["口令是汉字Ab1", "ABC123--", "abcDEF!!", "１２３abcDEF"])
def test_letters_of_any_script_and_any_symbol_count(password: str) -> None:
    activate(somebody("zhang", city(), "officer").code, password)


def test_a_new_code_ends_the_old_password_and_the_old_code_and_enables_the_account() -> None:
    held = somebody("zhang", city(), "officer")
    renewed = renew_code(account=held.account, actor=None, at=NOW)
    with pytest.raises(UnusableCode):
        activate(held.code)
    activate(renewed)
    hash_before = Account.objects.get(pk=held.account.pk).get_session_auth_hash()
    disable_account(account=held.account, actor=None, at=NOW)
    assert not comes_in(held)
    again = renew_code(account=held.account, actor=None, at=NOW)
    assert Account.objects.get(pk=held.account.pk).get_session_auth_hash() != hash_before
    assert not comes_in(held)
    activate(again, "Quite-another 1")
    assert comes_in(held, "Quite-another 1")
    assert kinds_in("bureau:" + str(held.mandate.authority_id))[2:] == [
        "account.code_renewed", "account.activated", "account.disabled", "account.code_renewed", "account.activated",
    ]  # fmt: skip


def test_the_code_of_a_disabled_account_opens_nothing() -> None:
    held = somebody("zhang", city(), "officer")
    disable_account(account=held.account, actor=None, at=NOW)
    with pytest.raises(UnusableCode):
        activate(held.code)


def test_an_administrator_hands_out_codes_in_its_own_tree_only() -> None:
    bureau, elsewhere = city(), city("另市科技局（合成）")
    admin = somebody("admin", bureau, Position.SYSTEM_ADMIN)
    mine, theirs = somebody("mine", bureau, "officer"), somebody("theirs", elsewhere, "officer")
    renew_code(account=mine.account, actor=admin.actor, at=NOW)
    for act in (renew_code, disable_account):
        with pytest.raises(NotEntitled):
            act(account=theirs.account, actor=admin.actor, at=NOW)
        with pytest.raises(NotEntitled):
            act(account=admin.account, actor=admin.actor, at=NOW)


@pytest.mark.parametrize("days", [0, 1], ids=["now", "tomorrow"])
def test_nobody_comes_into_another_body_through_a_person_they_share(days: int) -> None:
    bureau, elsewhere = city(), city("另市科技局（合成）")
    admin, shared = somebody("admin", bureau, Position.SYSTEM_ADMIN), somebody("shared", bureau, "expert")
    begins = TODAY + timedelta(days=days)
    grant_mandate(
        person=shared.account.person, body=elsewhere, position="officer", from_on=begins, until_on=None, actor=None, at=NOW
    )  # fmt: skip
    for act in (renew_code, disable_account):
        with pytest.raises(NotEntitled, match="同时为别的单位办事"):
            act(account=shared.account, actor=admin.actor, at=NOW)


def test_whoever_left_is_no_longer_the_administrators_to_let_in() -> None:
    bureau = city()
    admin, left = somebody("admin", bureau, Position.SYSTEM_ADMIN), somebody("left", bureau, "officer")
    end_mandate(mandate=left.mandate, actor=admin.actor, at=NOW)
    with pytest.raises(NotEntitled, match="已不在您这里办事"):
        renew_code(account=left.account, actor=admin.actor, at=NOW)


def test_the_owner_changes_the_password_and_needs_the_present_one() -> None:
    held = somebody("zhang", city(), "officer")
    account = activate(held.code)
    with pytest.raises(WrongPassword):
        change_password(account=account, present="wrong", password="New-words 1", again="New-words 1", at=NOW)
    with pytest.raises(UnfitPassword):
        change_password(account=account, present=PASSWORD, password="short", again="short", at=NOW)
    change_password(account=account, present=PASSWORD, password="New-words 1", again="New-words 1", at=NOW)
    assert comes_in(held, "New-words 1")
    assert not comes_in(held)


@pytest.mark.parametrize(
    "username", ["a", "", "zhang wei", "a" * 61, "zhang/wei", "a\nbc", "ZHANG", "ｚｈａｎｇ"]
)
def test_a_user_name_is_one_word_and_nobody_elses(username: str) -> None:
    held = somebody("zhang", city(), "officer")
    with pytest.raises(UnfitUsername):
        open_account(
            person=held.account.person,
            username=username,
            body=held.mandate.authority or firm(),
            actor=None,
            at=NOW,
        )
