"""Who ends a stage at which the rules want checked facts: the bodies that examine it, never the party that asks."""

from datetime import datetime
from typing import Any

import pytest
from tests.funding.building import BEGUN, Case
from tests.lifecycle.chains import set_chain

from jiebang.lifecycle.door import Receipt
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, OutsideWindow, Refused, UnableToApply
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
        self,
        stage: str,
        event: str,
        who: tuple[Account, Mandate] | None = None,
        at: datetime = AT,
        **payload: Any,
    ) -> Receipt:
        return self.case.do(self.result, stage, event, at, who, **payload)

    def apply_for(self, who: tuple[Account, Mandate]) -> Receipt:
        values = {
            "applicant.kind": "enterprise", "applicant.in_city": True, "applicant.same_field": True,
            "application.purpose": "自用", "application.use_content": "图纸",
        }  # fmt: skip
        return self.do("apply", "submit_papers", who, values=values)

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
    with pytest.raises(UnableToApply, match="还没有单位提出申请"):
        sharing.do("apply", "conclude", outcome="agreed")
    sharing.apply_for(sharing.applicant)
    sharing.do(
        "apply", "check_facts",
        facts={"applicant.kind": "enterprise", "applicant.in_city": True, "applicant.same_field": True},
    )  # fmt: skip
    agreed = {"application.county_agrees": True, "application.city_agrees": True}
    with pytest.raises(NotAllowed):
        sharing.do("apply", "conclude", sharing.applicant, outcome="agreed", facts=agreed)
    county = {"application.county_agrees": True, "application.county_reviewed_on": "2026-05-18"}
    # Each department's consent is its own to give, the day it gave it on too.
    with pytest.raises(UnableToApply, match="县级科技部门审核同意（由县（区、市）科技部门写）"):
        sharing.do("apply", "conclude", outcome="agreed", facts=agreed)
    with pytest.raises(UnableToApply, match="县级审核日期"):
        sharing.do("apply", "check_facts", facts={"application.county_reviewed_on": "2026-05-18"})
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
    opened = read_instant("2026-02-20T09:00")
    run = sharing.case.run(sharing.result, "offer", "offer_first_refusal", opened=opened)
    run.closes_at = read_instant("2026-05-21T00:00")
    run.save(update_fields=["closes_at"])
    sharing.case.run(sharing.result, "dispose", "record_act", opened=opened)
    with pytest.raises(NotAllowed):
        sharing.do("offer", "conclude", sharing.developer, outcome="lapsed", note="没有企业来")
    with pytest.raises(UnableToApply, match="时间没有过完"):
        sharing.do("offer", "conclude", outcome="lapsed", note="没有企业来")
    with pytest.raises(OutsideWindow):
        sharing.do("offer", "close")
    sharing.do("offer", "close", at=read_instant("2026-05-21T00:00"))
    assert sharing.open() == {"dispose"}
    known: dict[str, Any] = {"result.intentions": []}
    # Three months from 20 February end on 20 May; the day after is the first on which it may.
    with pytest.raises(Refused, match="研发方可以自行处理"):
        sharing.do(
            "dispose", "conclude", outcome="recorded", facts={**known, "result.disposal_on": "2026-05-20"}
        )
    sharing.do("dispose", "conclude", outcome="recorded", facts={**known, "result.disposal_on": "2026-05-21"})
    assert Subject.objects.get(pk=sharing.result.pk).ending == "研发方自行处理"


def test_who_came_in_time_is_not_lost_to_the_clock(sharing: Sharing) -> None:
    sharing.case.decide("refusal-start", "offer")
    sharing.case.decide("refusal-length", "3 个月")
    opened = read_instant("2026-02-20T09:00")
    run = sharing.case.run(sharing.result, "offer", "offer_first_refusal", opened=opened)
    run.closes_at = read_instant("2026-05-21T00:00")
    run.save(update_fields=["closes_at"])
    intentions = [{"on": "2026-05-20", "by": "示例企业（合成）"}]
    sharing.do("offer", "check_facts", facts={"result.intentions": intentions})
    late = read_instant("2026-05-21T00:00")
    with pytest.raises(UnableToApply, match="时间内已经有人提出"):
        sharing.do("offer", "close", at=late)
    sharing.do("offer", "conclude", at=late, outcome="taken")
    assert sharing.open() == {"deal"}
    # To come in time is not yet to have bought.
    with pytest.raises(UnableToApply, match="没有写理由"):
        sharing.do("deal", "conclude", at=late, outcome="refused")
    sharing.do("deal", "conclude", at=late, outcome="recorded")
    assert Subject.objects.get(pk=sharing.result.pk).ending == "同领域企业购买或转化"


def test_who_came_in_time_is_signed_for_after_the_time_as_well(sharing: Sharing) -> None:
    sharing.case.decide("refusal-start", "offer")
    sharing.case.decide("refusal-length", "3 个月")
    set_chain(sharing.case.programme, "offer_first_refusal", "officer")
    run = sharing.case.run(
        sharing.result, "offer", "offer_first_refusal", opened=read_instant("2026-02-20T09:00")
    )
    run.closes_at = read_instant("2026-05-21T00:00")
    run.save(update_fields=["closes_at"])
    intentions = [{"on": "2026-05-20", "by": "示例企业（合成）"}]
    sharing.do("offer", "check_facts", facts={"result.intentions": intentions})
    late = read_instant("2026-05-21T00:00")
    sharing.do("offer", "propose", at=late, outcome="taken")
    sharing.do("offer", "sign_off", at=late, agreed=True)
    sharing.do("offer", "conclude_as_signed", at=late)
    assert sharing.open() == {"deal"}


def test_the_next_applicant_begins_with_nothing_of_the_one_before(sharing: Sharing) -> None:
    sharing.case.decide("review-order", "any-order")
    sharing.case.run(sharing.result, "apply", "apply_to_use", opened=BEGUN)
    _, another = sharing.case.firm(
        sharing.case.subject("result", sharing.case.batch, "示例-1-R002"), "applicant"
    )
    sharing.apply_for(sharing.applicant)
    with pytest.raises(AlreadyDone, match="还没有办完"):
        sharing.apply_for(another)
    found = {
        "applicant.kind": "enterprise", "applicant.in_city": True, "applicant.same_field": True,
        "application.city_agrees": True,
    }  # fmt: skip
    county = {"application.county_agrees": True}
    sharing.do("apply", "check_facts", sharing.county, facts=county)
    sharing.do("apply", "check_facts", facts=found)
    sharing.do("apply", "conclude", outcome="refused", note="用途不清楚")
    sharing.apply_for(another)
    # What was checked was checked about the one before.
    with pytest.raises(Refused, match="须已核实"):
        sharing.do("apply", "conclude", outcome="agreed")
    sharing.do("apply", "check_facts", sharing.county, facts=county)
    sharing.do("apply", "conclude", outcome="agreed", facts=found)
    with pytest.raises(NotAllowed):
        sharing.do("agreement", "conclude", sharing.applicant, outcome="signed")


def test_who_agreed_to_one_application_has_not_agreed_to_another_wording(sharing: Sharing) -> None:
    sharing.case.decide("review-order", "any-order")
    sharing.case.run(sharing.result, "apply", "apply_to_use", opened=BEGUN)
    sharing.apply_for(sharing.applicant)
    found = {"applicant.kind": "enterprise", "applicant.in_city": True, "applicant.same_field": True}
    county = {**found, "application.county_agrees": True}
    sharing.do("apply", "check_facts", sharing.county, facts=county)
    # The applicant hands it in anew, with whatever it likes in it.
    sharing.apply_for(sharing.applicant)
    with pytest.raises(Refused, match="县级科技部门审核同意"):
        sharing.do("apply", "conclude", outcome="agreed", facts={**found, "application.city_agrees": True})
    sharing.do("apply", "check_facts", sharing.county, facts=county)
    sharing.do("apply", "conclude", outcome="returned", note="用途写细一些")
    sharing.apply_for(sharing.applicant)
    with pytest.raises(Refused, match="县级科技部门审核同意"):
        sharing.do("apply", "conclude", outcome="agreed", facts={**found, "application.city_agrees": True})


AGREEMENT = {
    "application.licence_manner": "普通许可", "application.use_content": "图纸", "application.confidentiality": "保密五年",
    "application.fee": "0 元",
}  # fmt: skip


def test_everybody_signs_the_agreement_for_themselves(sharing: Sharing) -> None:
    sharing.case.decide("agreement-parties", "three")
    sharing.case.run(sharing.result, "agreement", "sign", opened=BEGUN)
    mine = {**AGREEMENT, "application.applicant_signed": True}
    with pytest.raises(UnableToApply, match="不能替别人写"):
        sharing.do("agreement", "conclude", outcome="signed", facts=mine)
    sharing.do("agreement", "conclude", sharing.applicant, outcome="signed", facts=mine)
    assert sharing.open() == {"owner-signs"}
    developer = {"application.developer_signed": True}
    with pytest.raises(NotAllowed):
        sharing.do("owner-signs", "conclude", sharing.applicant, outcome="signed", facts=developer)
    with pytest.raises(UnableToApply, match="不能替别人写"):
        sharing.do("owner-signs", "conclude", outcome="signed", facts=developer)
    with pytest.raises(Refused, match="成果所有者自己签"):
        sharing.do("owner-signs", "conclude", sharing.developer, outcome="signed")
    # Countersigning, nobody changes what the applicant has put its name to.
    changed = {**developer, "application.use_content": "只许看"}
    with pytest.raises(UnableToApply, match="不能在这里写"):
        sharing.do("owner-signs", "conclude", sharing.developer, outcome="signed", facts=changed)
    sharing.do("owner-signs", "conclude", sharing.developer, outcome="signed", facts=developer)
    sharing.do("bureau-signs", "conclude", outcome="signed", facts={"application.bureau_signed": True})
    assert sharing.open() == {"apply"}


def test_an_applicant_who_never_signs_keeps_nobody_else_out(sharing: Sharing) -> None:
    sharing.case.run(sharing.result, "agreement", "sign", opened=BEGUN)
    with pytest.raises(NotAllowed):
        sharing.do("agreement", "conclude", sharing.county, outcome="not_signed", note="一直没有来签")
    sharing.do("agreement", "conclude", outcome="not_signed", note="一直没有来签")
    assert sharing.open() == {"apply"}


def test_a_contract_handed_in_by_one_side_is_not_signed_by_the_other(sharing: Sharing) -> None:
    sponsor = sharing.case.firm(sharing.result, "sponsor")[1]
    sharing.case.run(sharing.result, "licence", "sign", opened=BEGUN)
    contract: dict[str, Any] = {
        f"result.licence_{word}": "示例"
        for word in ("ownership", "use", "disposal", "income", "scope", "manner", "confidentiality")
    }
    contract |= {
        "result.licence_fee": "0 元",
        "result.licence_income_otherwise": False,
        "result.developer_signed": True,
    }
    with pytest.raises(UnableToApply, match="研发方已在许可合同上签字盖章（由揭榜方"):
        sharing.do("licence", "submit_papers", sponsor, values=contract)
    sharing.do("licence", "submit_papers", sharing.developer, values=contract)
    assert sharing.open() == {"licence"}
