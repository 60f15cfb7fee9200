"""Every address of the site for every role: what isn't declared here fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.console.lives import Life

from jiebang.console.models import Draft

PlayLife = Callable[[str], Life]
ROLES = (
    "anonymous",
    "officer",
    "council",
    "expert",
    "finance",
    "auditor",
    "own_firm",
    "other_firm",
    "other_city",
)
#: who plays a role, per kind of thing: whose need or bid it is, and who rivals them
CAST = {
    "officer": "officer",
    "council": "secretary",
    "expert": "expert",
    "finance": "finance",
    "auditor": "auditor",
    "other_city": "elsewhere",
}
OWN = {"need": ("firm", "prof"), "bid1": ("prof", "researcher"), "project": ("prof", "researcher")}
COLLECTING, CHECKING, NOTICE, PAYING = (
    "2026-03-03T10:00", "2026-03-26T09:00", "2026-04-02T10:00", "2026-04-13T09:00",
)  # fmt: skip


def statuses(*codes: int) -> dict[str, int]:
    """In the order of ROLES."""
    return dict(zip(ROLES, codes, strict=True))


def everybody(status: int) -> dict[str, int]:
    return dict.fromkeys(ROLES, status)


LOGGED_IN = statuses(302, 200, 200, 200, 200, 200, 200, 200, 200)
#: (route, instant of the life, subject it is about, further arguments, query, {role: status})
ADDRESSES: list[tuple[str, str, str, dict[str, Any], str, dict[str, int]]] = [
    ("console:home", CHECKING, "", {}, "", everybody(302)),
    ("console:log_in", CHECKING, "", {}, "", everybody(200)),
    ("console:log_out", CHECKING, "", {}, "", everybody(405)),
    ("console:demo_accounts", CHECKING, "", {}, "", everybody(404)),
    ("console:activate", CHECKING, "", {}, "", everybody(200)),
    ("console:enrol", CHECKING, "", {}, "", everybody(200)),
    ("console:password", CHECKING, "", {}, "", LOGGED_IN),
    # For administrators, who play in no life: their table is in test_people.py.
    ("console:people", CHECKING, "", {}, "", {**everybody(404), "anonymous": 302}),
    ("console:organisations", CHECKING, "", {}, "", statuses(302, 200, 404, 404, 200, 404, 404, 404, 404)),
    ("console:organisation", CHECKING, "firm", {}, "", statuses(302, 200, 404, 404, 200, 404, 404, 404, 404)),
    ("console:identities", CHECKING, "", {}, "", LOGGED_IN),
    ("console:worklist", CHECKING, "", {}, "", LOGGED_IN),
    ("console:letters", CHECKING, "", {}, "", statuses(302, 404, 404, 404, 404, 404, 200, 200, 404)),
    ("console:subjects", CHECKING, "", {}, "", LOGGED_IN),
    ("console:subject", CHECKING, "batch", {}, "", statuses(302, 200, 200, 200, 200, 200, 200, 404, 404)),
    ("console:subject", COLLECTING, "batch", {}, "", statuses(302, 200, 200, 404, 200, 200, 200, 200, 404)),
    ("console:subject", CHECKING, "need", {}, "", statuses(302, 200, 200, 200, 200, 200, 200, 404, 404)),
    ("console:subject", CHECKING, "challenge", {}, "", statuses(302, 200, 200, 404, 200, 200, 200, 200, 404)),
    ("console:subject", CHECKING, "bid1", {}, "", statuses(302, 200, 200, 404, 200, 200, 200, 404, 404)),
    ("console:subject", NOTICE, "bid1", {}, "", statuses(302, 200, 200, 200, 200, 200, 200, 404, 404)),
    ("console:subject", PAYING, "project", {}, "", statuses(302, 200, 200, 404, 200, 200, 200, 404, 404)),
    ("console:act", CHECKING, "bid1", {"stage": "check", "event": "conclude"}, "", statuses(302, 200, 200, 404, 200, 200, 200, 404, 404)),
    ("console:act", CHECKING, "bid1", {"stage": "nothing", "event": "conclude"}, "", {**everybody(404), "anonymous": 302}),
    ("console:amounts", PAYING, "project", {"stage": "pay"}, "", everybody(405)),
    ("console:import", COLLECTING, "batch", {"stage": "collect"}, "", statuses(302, 200, 404, 404, 200, 404, 404, 404, 404)),
    ("console:import_preview", COLLECTING, "", {"key": "k"}, "", statuses(302, 200, 404, 404, 404, 404, 404, 404, 404)),
    ("console:import_bad_rows", COLLECTING, "", {"key": "k"}, "", statuses(302, 200, 404, 404, 404, 404, 404, 404, 404)),
    # No file in this life: the table of a life with files is in test_files.py.
    ("console:file", CHECKING, "bid1", {"fact": "bid.plan", "digest": "0" * 64}, "", {**everybody(404), "anonymous": 302}),
    ("console:departure", PAYING, "project", {}, "?key=aid%23usual", statuses(302, 200, 404, 404, 200, 404, 404, 404, 404)),
    ("console:appointments", CHECKING, "batch", {}, "", {**everybody(404), "anonymous": 302}),
    ("console:programmes", CHECKING, "", {}, "", LOGGED_IN),
    ("console:discretion", CHECKING, "", {"slug": "thin"}, "", statuses(302, 200, 200, 200, 200, 200, 404, 404, 404)),
    ("console:external_act", CHECKING, "", {"slug": "thin"}, "", statuses(302, 200, 404, 404, 200, 404, 404, 404, 404)),
    ("console:open_batch", CHECKING, "", {"slug": "thin"}, "", statuses(302, 200, 404, 404, 200, 404, 404, 404, 404)),
    ("console:working_years", CHECKING, "", {}, "", statuses(302, 200, 200, 200, 200, 200, 404, 404, 404)),
    ("console:working_years", CHECKING, "", {}, "?year=2031", {**everybody(404), "anonymous": 302}),
    ("console:receipt", CHECKING, "bid1", {"draft": "b1", "revision": 1}, "", statuses(302, 200, 200, 404, 200, 200, 200, 404, 404)),
    ("portal:home", CHECKING, "", {}, "", everybody(200)),
    ("portal:challenge", CHECKING, "challenge", {}, "", everybody(200)),
    ("portal:challenge", CHECKING, "bid1", {}, "", everybody(404)),
    ("portal:notice", NOTICE, "challenge", {}, "", everybody(200)),
    ("portal:notice", CHECKING, "challenge", {}, "", everybody(404)),
    ("portal:objection", CHECKING, "", {"draft": "nobody-knows"}, "", everybody(404)),
    ("portal:policy", CHECKING, "", {"slug": "thin"}, "", everybody(200)),
    ("portal:ledger", CHECKING, "", {}, "", everybody(200)),
]  # fmt: skip


def routes(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, pattern.namespace or space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}:{pattern.name}"


def test_every_address_is_declared() -> None:
    assert set(routes(get_resolver())) == {row[0] for row in ADDRESSES}


def client_of(life: Life, role: str, about: str) -> Client:
    if role == "anonymous":
        return Client()
    own, other = OWN.get(about, ("firm", "prof"))
    return life.client({"own_firm": own, "other_firm": other, **CAST}[role])


@pytest.mark.parametrize("instant", [COLLECTING, CHECKING, NOTICE, PAYING])
def test_every_role_gets_what_is_declared(life_until: PlayLife, instant: str) -> None:
    life = life_until(instant)
    account, mandate = life.stage.accounts["officer"]
    Draft.objects.create(
        key="k", account=account, mandate=mandate, subject=life.subject("batch"), stage="collect", event="import_list",
        saved_at=life.set_clock(instant),
        data={"file": "x", "heads": [], "good": [], "bad": [], "faults": [], "used": [], "unused": [], "lacking": []},
    )  # fmt: skip
    wrong = []
    for route, when, about, arguments, query, expected in ADDRESSES:
        if when != instant:
            continue
        takes_subject = about and route not in ("console:receipt", "console:organisation")
        given = {**arguments, **({"subject_id": life.subject(about).pk} if takes_subject else {})}
        if route == "console:organisation":
            given["organisation_id"] = life.stage.organisations[about].pk
        for role, status in expected.items():
            response = client_of(life, role, about).get(reverse(route, kwargs=given) + query)
            if response.status_code != status:
                wrong.append(f"{route} {about} for {role}: {response.status_code}, not {status}")
    assert wrong == []


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("auditor", 403),
        ("secretary", 403),
        ("prof", 403),
        ("researcher", 404),
        ("elsewhere", 404),
        ("firm", 404),
    ],
)
def test_nobody_else_concludes(life_until: PlayLife, who: str, status: int) -> None:
    life = life_until(CHECKING)
    bid = life.subject("bid1")
    address = reverse("console:act", kwargs={"subject_id": bid.pk, "stage": "check", "event": "conclude"})
    response = life.client(who).post(
        address, {"_draft": "x", "_revision": "1", "outcome": "failed", "note": "越权"}
    )
    assert response.status_code == status
    assert bid.stage_runs.get(stage="check").outcome == ""


def test_the_expert_of_a_review_sees_its_bids_and_nothing_of_its_money(life_until: PlayLife) -> None:
    life = life_until("2026-03-27T09:00")
    expert = life.client("expert")
    assert expert.get(reverse("console:subject", args=[life.subject("bid1").pk])).status_code == 200


def test_a_rivals_bid_is_nowhere(life_until: PlayLife) -> None:
    life = life_until(CHECKING)
    rival = life.client("researcher")
    for address in (
        "/console/subjects/",
        "/console/worklist/",
        reverse("console:subject", args=[life.subject("challenge").pk]),
    ):
        text = rival.get(address).content.decode()
        assert life.subject("bid1").number not in text
        assert "解法一" not in text
        assert "示例大学" not in text


def test_what_was_not_announced_of_a_need_stays_with_those_inside(life_until: PlayLife) -> None:
    life = life_until(CHECKING)
    address = reverse("console:subject", args=[life.subject("challenge").pk])
    assert "5,000,000.00" in life.client("firm").get(address).content.decode()
    assert "5,000,000.00" not in life.client("researcher").get(address).content.decode()
