"""An administrator's page: its own people and nobody else's; a firm enrols, a bureau verifies."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.console.lives import BACKEND, Life
from tests.organisations.cast import PASSWORD, Somebody, city, somebody

from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.organisations.actions.activate_account import activate_account
from jiebang.organisations.models import Account, Attempt, Authority, Mandate, Organisation, Person
from jiebang.organisations.verified import Standing, standing_of

PlayLife = Callable[[str], Life]
CHECKING = "2026-03-26T09:00"
PEOPLE, ENROL = "/console/people/", "/console/enrol/"
CODE = re.compile(r'id="code">([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})<')


def client_of(who: Somebody) -> Client:
    client = Client()
    client.force_login(who.account, backend=BACKEND)
    return client


@pytest.fixture
def life(life_until: PlayLife) -> Life:
    return life_until(CHECKING)


@pytest.fixture
def admins(life: Life) -> dict[str, Somebody]:
    """An administrator of the bureau, of the firm, of another firm and of another city."""
    return {
        "bureau": somebody("guan-a", life.stage.authorities["bureau"], "system_admin"),
        "firm": somebody("guan-b", life.stage.organisations["firm"], "organisation_admin"),
        "other_firm": somebody("guan-c", life.stage.organisations["other"], "organisation_admin"),
        "other_city": somebody("guan-d", city("又一市（合成）"), "system_admin"),
    }


def add(client: Client, **given: str) -> tuple[int, str]:
    form = {"name": "新人（合成）", "username": "xinren", "from_on": "2026-03-26", "until_on": "", **given}
    response = client.post(PEOPLE, {**form, "add": "1"})
    return response.status_code, response.content.decode()


def test_administrators_see_the_page_and_no_cases(life: Life, admins: dict[str, Somebody]) -> None:
    for who in admins.values():
        client = client_of(who)
        html = client.get(PEOPLE).content.decode()
        assert who.account.person.name in html
        others = [one.account.person.name for one in admins.values() if one is not who]
        assert not any(name in html for name in others)
        assert client.get(reverse("console:organisations")).status_code == 404
        # A need is its firm's own; nothing of a case is for a system administrator.
        expected = 200 if who is admins["firm"] else 404
        assert client.get(reverse("console:subject", args=[life.subject("need").pk])).status_code == expected


def test_the_way_there_is_shown_to_those_who_may_go(life: Life, admins: dict[str, Somebody]) -> None:
    for client, people, organisations in (
        (client_of(admins["bureau"]), True, False),
        (client_of(admins["firm"]), True, False),
        (life.client("officer"), False, True),
        (life.client("auditor"), False, False),
        (life.client("prof"), False, False),
    ):
        html = client.get(reverse("console:worklist")).content.decode()
        assert (f'href="{PEOPLE}"' in html, 'href="/console/organisations/"' in html) == (
            people,
            organisations,
        )


def test_a_person_is_added_with_a_code_shown_once(life: Life, admins: dict[str, Somebody]) -> None:
    client = client_of(admins["bureau"])
    status, html = add(client, position="officer", body=str(life.stage.authorities["bureau"].pk))
    found = CODE.search(html)
    assert (status, bool(found)) == (200, True)
    assert found is not None
    account = Account.objects.get(username="xinren")
    assert found[1] not in client.get(PEOPLE).content.decode()
    assert "等待激活" in client.get(PEOPLE).content.decode()
    activate_account(code=found[1], password=PASSWORD, again=PASSWORD, at=life.set_clock(CHECKING))
    assert Client().login(username="xinren", password=PASSWORD)
    assert Mandate.objects.get(person=account.person).authority == life.stage.authorities["bureau"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": ""}, "必填"),
        ({"username": "guan-b"}, "已经有人用"),
        ({"username": "a b"}, "用户名要 2 到 60 个字"),
        ({"position": "member"}, "从列表里选择"),
        ({"position": "", "from_on": "2026-02-30"}, "没有这一天"),
        ({"until_on": "2026-03-25"}, "止日早于起日"),
        ({"body": "999999"}, "从列表里选择"),
        ({"name": "长" * 61}, "不超过 60 字"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_left(
    life: Life, admins: dict[str, Somebody], given: dict[str, str], told: str
) -> None:
    district = Authority.objects.create(
        name="示例区（合成）", kind="county", parent=life.stage.authorities["bureau"]
    )
    people, accounts = Person.objects.count(), Account.objects.count()
    status, html = add(
        client_of(admins["bureau"]), **{"position": "officer", "body": str(district.pk), **given}
    )
    assert (status, told in html) == (422, True), html
    assert (Person.objects.count(), Account.objects.count()) == (people, accounts)


def test_a_second_mandate_goes_to_the_same_person(life: Life, admins: dict[str, Somebody]) -> None:
    client = client_of(admins["bureau"])
    body = str(life.stage.authorities["bureau"].pk)
    held = life.stage.accounts["officer"][0]
    status, html = add(client, position="head", username=held.username, name="别人（合成）")
    assert (status, "是本单位另一个人的" in html) == (422, True)
    people = Person.objects.count()
    status, _ = add(client, position="head", username=held.username, name=held.person.name, body=body)
    assert (status, Person.objects.count()) == (302, people)
    assert {one.position for one in held.person.mandates.all()} == {"officer", "head"}


def test_nobody_can_be_given_two_of_the_three_by_the_page(life: Life, admins: dict[str, Somebody]) -> None:
    held = life.stage.accounts["auditor"][0]
    status, html = add(
        client_of(admins["bureau"]), position="system_admin", username=held.username, name=held.person.name
    )
    assert (status, "须由不同的人担任" in html) == (422, True)


@pytest.mark.parametrize("do", ["end", "code", "disable"])
def test_what_is_done_to_another_bodys_people_is_not_found(
    life: Life, admins: dict[str, Somebody], do: str
) -> None:
    for who, whose in (
        ("firm", "prof"), ("firm", "officer"), ("other_firm", "firm"), ("other_city", "officer"), ("bureau", "firm"),
        ("bureau", "elsewhere"),
    ):  # fmt: skip
        account, mandate = life.stage.accounts[whose]
        before = (account.password, account.is_active, mandate.revoked_at)
        assert client_of(admins[who]).post(PEOPLE, {do: str(mandate.pk)}).status_code == 404
        account.refresh_from_db()
        mandate.refresh_from_db()
        assert (account.password, account.is_active, mandate.revoked_at) == before
    for wrong in ("x", "-1", "9" * 30):
        assert client_of(admins["firm"]).post(PEOPLE, {do: wrong}).status_code == 404


def test_who_is_put_out_is_out_at_once(life: Life, admins: dict[str, Somebody]) -> None:
    firm, (_, mandate) = life.client("firm"), life.stage.accounts["firm"]
    assert firm.get(reverse("console:subjects")).status_code == 200
    assert client_of(admins["firm"]).post(PEOPLE, {"end": str(mandate.pk)}).status_code == 302
    assert firm.get(reverse("console:subjects"))["Location"] == reverse("console:identities")
    assert "没有任何有效的授权" in firm.get(reverse("console:identities")).content.decode()


def test_a_new_code_and_a_disabled_account_end_the_sessions(life: Life, admins: dict[str, Somebody]) -> None:
    for do, status in (("code", 200), ("disable", 302)):
        mine = life.client("firm")
        assert mine.get(reverse("console:subjects")).status_code == 200
        mandate = life.stage.accounts["firm"][1]
        assert client_of(admins["firm"]).post(PEOPLE, {do: str(mandate.pk)}).status_code == status
        assert mine.get(reverse("console:subjects"))["Location"].startswith(reverse("console:log_in"))
        life.stage.accounts["firm"][0].refresh_from_db()


def test_an_administrators_own_row_has_no_buttons_and_can_not_be_ended(
    life: Life, admins: dict[str, Somebody]
) -> None:
    who = admins["firm"]
    html = client_of(who).get(PEOPLE).content.decode()
    buttons = re.findall(r"<button[^>]*>", html)
    assert not [one for one in buttons if f'value="{who.mandate.pk}"' in one]
    assert [one for one in buttons if f'value="{life.stage.accounts["firm"][1].pk}"' in one]
    for do in ("end", "code", "disable"):
        assert client_of(who).post(PEOPLE, {do: str(who.mandate.pk)}).status_code == 422
    assert client_of(who).get(PEOPLE).status_code == 200


# ── enrolment and verification ─────────────────────────────────────────────────────────────────────────────────────


def enrolling(life: Life, client: Client | None = None, /, **given: str) -> tuple[int, str]:
    form = {
        "name": "示例丁公司（合成）", "credit_code": make_synthetic_credit_code(4321), "contact": "010-00000000",
        "bureau": str(life.stage.programme.bureau_id), "person": "丁（合成）", "username": "ding", **given,
    }  # fmt: skip
    response = (client or Client()).post(ENROL, form)
    return response.status_code, response.content.decode()


def test_a_firm_enrols_once(life: Life) -> None:
    status, html = enrolling(life)
    assert (status, CODE.search(html) is not None) == (200, True)
    status, html = enrolling(life, username="another")
    assert (status, "请本单位管理员给您加人" in html) == (422, True)
    assert Organisation.objects.filter(credit_code=make_synthetic_credit_code(4321)).count() == 1


def test_a_second_click_on_enrolling_still_shows_a_code_that_serves(life: Life) -> None:
    """The first answer, with the only code, was never seen; nobody else gets one by sending the same."""
    browser = Client()
    browser.get(ENROL)
    first = CODE.search(enrolling(life, browser)[1])
    status, html = enrolling(life, browser)
    second = CODE.search(html)
    assert first
    assert second, html
    assert (status, first[1] == second[1]) == (200, False)
    assert enrolling(life, Client())[0] == 422
    form = {"code": second[1], "password": "Tian-shan-2026", "again": "Tian-shan-2026"}
    assert Client().post("/console/activate/", form).status_code == 302
    assert enrolling(life, browser)[0] == 422, "an account in use gets no code so"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"credit_code": "91110000000000000X"}, "校验码"),
        ({"credit_code": "123"}, "应为 18 位"),
        ({"bureau": "1000000"}, "从列表里选择"),
        ({"username": "thin-officer"}, "已经有人用"),
        ({"name": " "}, "必填"),
        ({"contact": "x" * 201}, "不超过 200 字"),
    ],
)
def test_an_enrolment_that_is_wrong_leaves_nothing(life: Life, given: dict[str, str], told: str) -> None:
    before = (Organisation.objects.count(), Person.objects.count())
    status, html = enrolling(life, **given)
    assert (status, told in html) == (422, True), html
    assert (Organisation.objects.count(), Person.objects.count()) == before


def test_one_address_enrols_no_multitude(life: Life) -> None:
    statuses = [
        enrolling(life, credit_code=make_synthetic_credit_code(5000 + n), username=f"ding-{n}")[0]
        for n in range(21)
    ]
    assert statuses == [200] * 20 + [422]


def test_officers_see_it_marked_until_they_verify_it(life: Life) -> None:
    enrolling(life)
    made = Organisation.objects.get(name="示例丁公司（合成）")
    officer = life.client("officer")
    listed = officer.get(reverse("console:organisations")).content.decode()
    assert listed.index("示例丁公司") < listed.index("示例大学"), "those to be verified come first"
    address = reverse("console:organisation", args=[made.pk])
    assert "010-00000000" in officer.get(address).content.decode()
    for who, status in (("secretary", 404), ("auditor", 404), ("prof", 404), ("elsewhere", 404)):
        assert life.client(who).get(address).status_code == status
        assert life.client(who).post(address, {"finding": "verified", "evidence": "x"}).status_code == status
    assert officer.post(address, {"finding": "verified", "evidence": ""}).status_code == 422
    assert standing_of(made, life.stage.programme.bureau) is Standing.UNVERIFIED
    assert officer.post(address, {"finding": "verified", "evidence": "看了执照"}).status_code == 302
    assert standing_of(made, life.stage.programme.bureau) is Standing.VERIFIED


def test_another_city_that_runs_a_programme_has_nothing_to_do_with_it(
    life: Life, life_until: PlayLife
) -> None:
    enrolling(life)
    made = Organisation.objects.get(name="示例丁公司（合成）")
    elsewhere = life.stage.accounts["elsewhere"][1].authority
    assert elsewhere is not None
    programme = life.stage.programme
    programme.pk, programme.slug, programme.bureau = None, "elsewhere", elsewhere
    programme.save()
    client = life.client("elsewhere")
    assert client.get(reverse("console:organisations")).status_code == 200
    assert "示例丁公司" not in client.get(reverse("console:organisations")).content.decode()
    assert client.get(reverse("console:organisation", args=[made.pk])).status_code == 404


def test_unverified_stands_beside_the_name_for_authorities_alone(life: Life) -> None:
    address = reverse("console:subject", args=[life.subject("bid1").pk])
    assert "未核验" not in life.client("officer").get(address).content.decode()
    life.stage.organisations["university"].verifications.all().delete()
    assert "未核验" in life.client("officer").get(address).content.decode()
    assert "未核验" not in life.client("prof").get(address).content.decode()


def test_an_unverified_firm_may_hand_in_a_bid(life_until: PlayLife) -> None:
    life = life_until("2026-03-07T09:00")
    life.stage.organisations["institute"].verifications.all().delete()
    address = reverse(
        "console:act",
        kwargs={"subject_id": life.subject("challenge").pk, "stage": "bid", "event": "submit_bid"},
    )
    form = {"_draft": "u1", "_revision": "1", "values.bid.title": "解法", "values.bid.plan": "路线"}
    assert life.client("researcher").post(address, form).status_code == 302
    assert "解法" in life.client("researcher").get(reverse("console:subjects")).content.decode()


def test_a_name_that_two_have_means_the_verified_one(life: Life) -> None:
    from jiebang.console.fields import read_control
    from jiebang.policy.values import Kind, ValueType

    real = life.stage.organisations["university"]
    wanted = ValueType(Kind.organisation)
    Organisation.objects.create(name=real.name, credit_code=make_synthetic_credit_code(99_999))
    assert read_control("x", wanted, {"x": [real.name]}) == real.credit_code
    real.verifications.all().delete()
    assert read_control("x", wanted, {"x": [real.name]}) == real.name, "still two: to be written as a code"
    assert not Attempt.objects.exists()
