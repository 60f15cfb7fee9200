"""A firm enrols itself once; a bureau finds whether it is the one; whoever took another's name is put out."""

import pytest
from tests.organisations.cast import NOW, TODAY, city, firm, kinds_in, programme, somebody

from jiebang.kernel.identifiers import MalformedCreditCode, make_synthetic_credit_code
from jiebang.organisations.actions.enrol_organisation import Applicant, enrol_organisation
from jiebang.organisations.actions.verify_organisation import verify_organisation
from jiebang.organisations.actor import mandates_on
from jiebang.organisations.chains import ORGANISATIONS_CHAIN
from jiebang.organisations.enums import ACTING_POSITIONS, Position
from jiebang.organisations.errors import AlreadyEnrolled, NotEntitled, UnableToAdminister, UnfitUsername
from jiebang.organisations.models import Account, Authority, Organisation, Person
from jiebang.organisations.verified import Standing, is_verified_anywhere, standing_of

pytestmark = pytest.mark.django_db
CODE = make_synthetic_credit_code(77)


def enrol(
    bureau: Authority, username: str = "li", code: str = CODE, name: str = "示例甲公司（合成）"
) -> tuple[Organisation, Account, str]:
    applicant = Applicant(name, code, "010-00000000", "李（合成）", username)
    return enrol_organisation(applicant=applicant, bureau=bureau, at=NOW)


def verify(organisation: Organisation, bureau: Authority, *, holds: bool, by: str = "officer") -> None:
    """By an officer of that bureau, made for it."""
    programme(bureau) if not bureau.programmes.exists() else None
    name = f"{by}-{bureau.pk}-{Account.objects.count()}"
    verify_organisation(
        organisation=organisation, bureau=bureau, is_verified=holds, evidence="看了营业执照",
        actor=somebody(name, bureau, by).actor, at=NOW,
    )  # fmt: skip


def test_it_comes_in_unverified_with_an_administrator() -> None:
    bureau = city()
    made, account, code = enrol(bureau)
    assert (made.credit_code, made.is_synthetic, standing_of(made, bureau)) == (
        CODE,
        True,
        Standing.UNVERIFIED,
    )
    mandate = mandates_on(account.person_id, TODAY).get()
    assert (mandate.organisation, mandate.position) == (made, Position.ORGANISATION_ADMIN)
    assert not account.has_usable_password()
    assert code
    assert kinds_in(ORGANISATIONS_CHAIN) == ["account.opened", "mandate.granted", "organisation.enrolled"]


@pytest.mark.parametrize(
    "code", [CODE[:-1], CODE[:-1] + "!", "91" + CODE[2:-1] + ("0" if CODE[-1] != "0" else "1"), ""]
)
def test_a_code_whose_check_digit_is_wrong_is_refused(code: str) -> None:
    with pytest.raises(MalformedCreditCode):
        enrol(city(), code=code)
    assert not Organisation.objects.exists()


def test_a_second_one_is_told_whom_to_ask_and_leaves_nothing() -> None:
    bureau = city()
    enrol(bureau)
    people = Person.objects.count()
    for code in (CODE, CODE.lower(), f"{CODE[:6]} {CODE[6:]}"):
        with pytest.raises(AlreadyEnrolled, match="请本单位管理员给您加人"):
            enrol(bureau, "other", code)
    assert Person.objects.count() == people


def test_a_user_name_that_is_taken_leaves_no_organisation() -> None:
    bureau = city()
    somebody("taken", bureau, "officer")
    with pytest.raises(UnfitUsername):
        enrol(bureau, "taken")
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("position", [one for one in Position if one not in ("organisation_admin", "member")])
def test_a_bureaus_own_acting_people_verify_and_nobody_else(position: Position) -> None:
    bureau = city()
    made, _, _ = enrol(bureau)
    if position in ACTING_POSITIONS:
        verify(made, bureau, holds=True, by=position)
        assert standing_of(made, bureau) is Standing.VERIFIED
        assert kinds_in(f"bureau:{bureau.pk}")[-1] == "organisation.verified"
    else:
        with pytest.raises(NotEntitled):
            verify(made, bureau, holds=True, by=position)


def test_verification_is_one_bureaus_and_needs_evidence() -> None:
    bureau, elsewhere = city(), city("另市科技局（合成）")
    made, _, _ = enrol(bureau)
    verify(made, bureau, holds=True)
    assert standing_of(made, elsewhere) is Standing.UNVERIFIED
    programme(elsewhere)
    officer = somebody("theirs", elsewhere, "officer").actor
    with pytest.raises(NotEntitled):
        verify_organisation(
            organisation=made, bureau=bureau, is_verified=True, evidence="查过", actor=officer, at=NOW
        )
    for evidence in ("", "  ", "长" * 501):
        with pytest.raises(UnableToAdminister, match="依据"):
            verify_organisation(
                organisation=made,
                bureau=elsewhere,
                is_verified=True,
                evidence=evidence,
                actor=officer,
                at=NOW,
            )


def test_a_bureau_that_runs_nothing_verifies_nobody() -> None:
    idle = city()
    made, _, _ = enrol(city("另市科技局（合成）"))
    with pytest.raises(NotEntitled):
        verify_organisation(
            organisation=made, bureau=idle, is_verified=True, evidence="查过",
            actor=somebody("officer", idle, "officer").actor, at=NOW,
        )  # fmt: skip


def test_whoever_took_anothers_name_is_put_out_and_the_real_one_can_enrol() -> None:
    bureau = city()
    made, impostor, _ = enrol(bureau, "impostor", name="冒名（合成）")
    verify(made, bureau, holds=False)
    assert standing_of(made, bureau) is Standing.REFUSED
    assert not mandates_on(impostor.person_id, TODAY).exists()
    again, account, _ = enrol(bureau, "real")
    assert again == made
    assert Organisation.objects.get().name == "示例甲公司（合成）"
    assert mandates_on(account.person_id, TODAY).exists()
    assert not mandates_on(impostor.person_id, TODAY).exists()


def test_a_refusal_elsewhere_or_of_one_that_is_verified_takes_nobodys_mandate() -> None:
    bureau, elsewhere = city(), city("另市科技局（合成）")
    made, account, _ = enrol(bureau)
    verify(made, elsewhere, holds=False)
    assert mandates_on(account.person_id, TODAY).exists()
    verify(made, elsewhere, holds=True)
    verify(made, bureau, holds=False)
    assert mandates_on(account.person_id, TODAY).exists()
    assert is_verified_anywhere(made)
    with pytest.raises(AlreadyEnrolled):
        enrol(bureau, "other")


def test_being_without_an_administrator_lets_nobody_take_an_organisation_over() -> None:
    with pytest.raises(AlreadyEnrolled):
        enrol(city(), code=firm(77).credit_code)
