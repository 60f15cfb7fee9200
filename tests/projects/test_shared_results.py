"""Who ends a stage at which the rules want checked facts: the bodies that examine it, never the party that asks."""

from typing import Any

import pytest
from tests.funding.building import BEGUN, Case

from jiebang.lifecycle.door import Receipt
from jiebang.lifecycle.errors import NotAllowed, Refused
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.organisations.enums import Position
from jiebang.organisations.models import Account, Authority, Mandate, RoleHolder
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-05-20T10:00")


class Sharing:
    """A result of a government bounty in the shared library, with the city's and a county's department."""

    def __init__(self) -> None:
        self.case = Case("jinzhong-bounty/1", "sharing")
        county = Authority.objects.create(name="示例县科技局（合成）", kind="county")
        RoleHolder.objects.create(programme=self.case.programme, role="county-bureau", authority=county)
        self.county = self.case.person(Position.OFFICER, authority=county)
        self.result = self.case.subject("result", self.case.batch, "示例-1-R001")
        self.case.fact(self.result, "result.route", "government")
        _, self.applicant = self.case.firm(self.result, "applicant")
        _, self.developer = self.case.firm(self.result, "solver")

    def do(
        self, stage: str, event: str, who: tuple[Account, Mandate] | None = None, **payload: Any
    ) -> Receipt:
        return self.case.do(self.result, stage, event, AT, who, **payload)

    def open(self) -> set[str]:
        return set(
            StageRun.objects.filter(subject=self.result, closed_at__isnull=True).values_list(
                "stage", flat=True
            )
        )


@pytest.fixture
def sharing() -> Sharing:
    return Sharing()


def test_both_departments_agree_and_one_of_them_ends_the_application(sharing: Sharing) -> None:
    sharing.case.decide("review-order", "county-first")
    sharing.case.run(sharing.result, "apply", "apply_to_use", opened=BEGUN)
    sharing.do(
        "apply", "check_facts",
        facts={"applicant.kind": "enterprise", "applicant.in_city": True, "applicant.same_field": True},
    )  # fmt: skip
    agreed = {"application.county_agrees": True, "application.city_agrees": True}
    with pytest.raises(NotAllowed):
        sharing.do("apply", "conclude", sharing.applicant, outcome="agreed", facts=agreed)
    county = {"application.county_agrees": True, "application.county_reviewed_on": "2026-05-18"}
    sharing.do("apply", "check_facts", sharing.county, facts=county)
    with pytest.raises(Refused, match="市科技局审核同意"):
        sharing.do("apply", "conclude", outcome="agreed")
    city = {"application.city_agrees": True, "application.city_reviewed_on": "2026-05-17"}
    with pytest.raises(Refused, match="先后"):
        sharing.do("apply", "conclude", outcome="agreed", facts=city)
    sharing.do(
        "apply", "conclude", outcome="agreed", facts={**city, "application.city_reviewed_on": "2026-05-18"}
    )
    assert sharing.open() == {"agreement"}


def test_the_developer_disposes_after_the_time_and_not_on_its_own_word(sharing: Sharing) -> None:
    sharing.case.decide("disposal-timing", "after-offer")
    sharing.case.decide("refusal-start", "offer")
    sharing.case.decide("refusal-length", "3 个月")
    sharing.case.run(sharing.result, "offer", "offer_first_refusal", opened=BEGUN)
    with pytest.raises(NotAllowed):
        sharing.do("offer", "conclude", sharing.developer, outcome="lapsed", note="没有企业来")
    sharing.do("offer", "conclude", outcome="lapsed", note="没有企业来")
    assert sharing.open() == {"dispose"}
    known = {"result.offered_on": "2026-02-20", "result.intentions": []}
    # Three months from 20 February end on 20 May; the day after is the first on which it may.
    with pytest.raises(Refused, match="研发方可以自行处理"):
        sharing.do(
            "dispose", "conclude", outcome="recorded", facts={**known, "result.disposal_on": "2026-05-20"}
        )
    sharing.do("dispose", "conclude", outcome="recorded", facts={**known, "result.disposal_on": "2026-05-21"})
    assert Subject.objects.get(pk=sharing.result.pk).ending == "研发方自行处理"
