"""Who may act for whom: granted by an administrator, within dates, three positions never in one hand."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from tests.organisations.cast import NOW, TODAY, city, firm, kinds_in, programme, somebody

from jiebang.ledger.models import Entry
from jiebang.ledger.verify import verify_chain
from jiebang.organisations.actions.end_mandate import end_mandate
from jiebang.organisations.actions.grant_mandate import grant_mandate
from jiebang.organisations.actor import Actor, UnableToAct, act_as, mandates_on
from jiebang.organisations.bodies import Body, bodies_under, chain_of
from jiebang.organisations.chains import ORGANISATIONS_CHAIN
from jiebang.organisations.enums import SEPARATED_POSITIONS, Position
from jiebang.organisations.errors import NotEntitled, UnableToAdminister
from jiebang.organisations.models import Authority, Mandate, Person

pytestmark = pytest.mark.django_db


def new_person() -> Person:
    return Person.objects.create(name="新人（合成）", is_synthetic=True)


def give(
    person: Person, body: Body, position: str = "officer", *, from_on: date = TODAY, until_on: date | None = None,
    by: Actor | None = None,
) -> Mandate:  # fmt: skip
    """By nobody: whoever runs the installation."""
    return grant_mandate(
        person=person, body=body, position=position, from_on=from_on, until_on=until_on, actor=by, at=NOW
    )


def test_an_administrator_gives_mandates_in_its_own_tree_and_nowhere_else() -> None:
    bureau, elsewhere = city(), city("另市科技局（合成）")
    district = Authority.objects.create(name="示例区科技局（合成）", kind="county", parent=bureau)
    admin = somebody("admin", bureau, Position.SYSTEM_ADMIN).actor
    for below in (bureau, district):
        give(new_person(), below, by=admin)
    for body in (elsewhere, firm()):
        with pytest.raises(NotEntitled, match="不管理这里的人员"):
            give(new_person(), body, "member", by=admin)


@pytest.mark.parametrize("position", [one for one in Position if one is not Position.SYSTEM_ADMIN])
def test_nobody_else_in_an_authority_gives_mandates(position: Position) -> None:
    bureau = city()
    if position in (Position.ORGANISATION_ADMIN, Position.MEMBER):
        actor = somebody("someone", firm(), position).actor
    else:
        actor = somebody("someone", bureau, position).actor
    with pytest.raises(NotEntitled):
        give(new_person(), bureau, by=actor)


def test_nobody_gives_or_ends_their_own() -> None:
    bureau = city()
    admin = somebody("admin", bureau, Position.SYSTEM_ADMIN)
    with pytest.raises(NotEntitled, match="不能给自己授权"):
        give(admin.account.person, bureau, by=admin.actor)
    with pytest.raises(NotEntitled, match="不能终止自己"):
        end_mandate(mandate=admin.mandate, actor=admin.actor, at=NOW)


@pytest.mark.parametrize(("first", "second"), list(permutations(sorted(SEPARATED_POSITIONS), 2)), ids=str)
def test_two_separated_positions_are_never_in_one_person_even_in_two_authorities(
    first: str, second: str
) -> None:
    held = somebody("held", city(), first)
    with pytest.raises(UnableToAdminister, match="须由不同的人担任"):
        give(held.account.person, city("另市（合成）"), second)


def test_one_after_the_other_is_two_people_in_turn() -> None:
    bureau = city()
    held = somebody("held", bureau, Position.AUDITOR)
    end_mandate(mandate=held.mandate, actor=None, at=NOW)
    give(held.account.person, bureau, Position.SYSTEM_ADMIN)
    person = new_person()
    last = date(2026, 6, 30)
    for position, from_on, until_on in (
        ("auditor", TODAY, last),
        ("security_admin", last + timedelta(days=1), None),
    ):
        give(person, bureau, position, from_on=from_on, until_on=until_on)
    with pytest.raises(UnableToAdminister, match="须由不同的人担任"):
        give(person, bureau, "system_admin", from_on=last, until_on=last)


@pytest.mark.parametrize(
    ("position", "of_firm"),
    [("member", False), ("organisation_admin", False), ("officer", True), ("auditor", True), ("king", False)],
)
def test_a_position_fits_its_body(position: str, of_firm: bool) -> None:
    body = firm() if of_firm else city()
    with pytest.raises(UnableToAdminister, match="这个职务"):
        give(new_person(), body, position)


def test_the_same_mandate_twice_and_days_the_wrong_way_round_are_refused() -> None:
    bureau = city()
    person = somebody("held", bureau, "officer").account.person
    for position, until_on, reason in (
        ("officer", None, "日期重叠"),
        ("head", TODAY - timedelta(days=1), "早于起日"),
    ):
        with pytest.raises(UnableToAdminister, match=reason):
            give(person, bureau, position, until_on=until_on)


def test_a_mandate_that_is_ended_counts_no_more_at_once_and_can_be_given_anew() -> None:
    bureau = city()
    held = somebody("held", bureau, "officer")
    end_mandate(mandate=held.mandate, actor=None, at=NOW)
    assert not mandates_on(held.account.person_id, TODAY).exists()
    with pytest.raises(UnableToAct):
        act_as(held.account, held.mandate.pk, TODAY)
    with pytest.raises(UnableToAdminister, match="已经终止"):
        end_mandate(mandate=held.mandate, actor=None, at=NOW)
    give(held.account.person, bureau)


def test_one_that_had_not_begun_can_be_ended() -> None:
    begins = TODAY + timedelta(days=30)
    made = give(new_person(), city(), from_on=begins)
    end_mandate(mandate=made, actor=None, at=NOW)
    assert not mandates_on(made.person_id, begins).exists()


def test_each_is_an_entry_in_the_chain_of_the_bureau_and_names_nobody() -> None:
    bureau = city()
    district = Authority.objects.create(name="示例区科技局（合成）", kind="county", parent=bureau)
    programme(bureau)
    held = somebody("wang", district, "officer")
    end_mandate(mandate=held.mandate, actor=None, at=NOW)
    assert kinds_in(f"bureau:{bureau.pk}") == ["account.opened", "mandate.granted", "mandate.ended"]
    assert verify_chain(f"bureau:{bureau.pk}").is_intact
    assert not any("wang" in entry.body for entry in Entry.objects.all())
    assert chain_of(firm()) == ORGANISATIONS_CHAIN


def test_the_chain_is_that_of_the_nearest_bureau_that_runs_something() -> None:
    government = Authority.objects.create(name="示例市政府（合成）", kind="government")
    bureau = Authority.objects.create(name="示例市科技局（合成）", kind="city", parent=government)
    assert chain_of(bureau) == f"bureau:{government.pk}"
    programme(bureau)
    assert chain_of(bureau) == f"bureau:{bureau.pk}"
    assert bodies_under(government.pk) == [government, bureau]
