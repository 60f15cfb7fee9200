"""Nobody decides for the bureau about a case of their own house, nor once the mandate or the account has ended."""

from datetime import date

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.lifecycle.actions.decide_discretion import decide_discretion
from jiebang.lifecycle.actions.record_departure import record_departure
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import NotAllowed
from jiebang.organisations.actions.disable_account import disable_account
from jiebang.organisations.actions.end_mandate import end_mandate
from jiebang.organisations.models import Mandate
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-03-27T09:00")


def join(stage: Stage, who: str, organisation: str, until: date | None = None) -> None:
    """Let somebody of the bureau belong to an organisation as well, from long ago until a day."""
    account, _ = stage.accounts[who]
    Mandate.objects.create(
        person=account.person, organisation=stage.organisations[organisation], position="member",
        from_on=date(2020, 1, 1), until_on=until,
    )  # fmt: skip


@pytest.mark.parametrize("bid", ["bid1", "bid2"])
def test_an_expert_marks_neither_its_own_houses_bid_nor_a_rivals(play_until: PlayUntil, bid: str) -> None:
    stage = play_until("2026-03-27T09:00")
    join(stage, "expert", "university")
    with pytest.raises(NotAllowed, match="同时在示例大学（合成）任职，它参与这件事，您应当回避"):
        apply(
            stage.subjects[bid].pk, "review", "record_review", actor=stage.actor("expert", AT), at=AT,
            payload={"marks": {"plan": "100 分"}},
        )  # fmt: skip


def test_an_officer_of_the_sponsors_house_decides_nothing_about_its_challenge(play_until: PlayUntil) -> None:
    stage = play_until("2026-03-30T09:00")
    join(stage, "officer", "firm")
    with pytest.raises(NotAllowed, match="示例甲公司"):
        apply(
            stage.subjects["challenge"].pk, "select", "conclude", actor=stage.actor("officer", AT), at=AT,
            payload={"bids": [stage.subjects["bid1"].pk]},
        )  # fmt: skip


@pytest.mark.parametrize(("organisation", "until"), [("other", None), ("university", date(2026, 3, 26))])
def test_who_belongs_elsewhere_or_no_longer_may_act(
    play_until: PlayUntil, organisation: str, until: date | None
) -> None:
    stage = play_until("2026-03-27T09:00")
    join(stage, "expert", organisation, until)
    apply(
        stage.subjects["bid1"].pk, "review", "record_review", actor=stage.actor("expert", AT), at=AT,
        payload={"marks": {"plan": "60 分"}},
    )  # fmt: skip


def test_nor_does_an_officer_of_that_house_decide_what_is_left_open_or_depart_for_it(
    play_until: PlayUntil,
) -> None:
    at = read_instant("2026-04-13T09:00")
    stage = play_until("2026-04-13T09:00")
    join(stage, "officer", "university")
    officer, second = stage.actor("officer", at), stage.actor("second", at)
    assert officer is not None
    assert second is not None
    with pytest.raises(NotAllowed, match="同时在示例大学（合成）任职"):
        record_departure(
            subject=stage.subjects["project"], key="aid#usual", reason="示例", actor=officer, at=at
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="同时在示例大学（合成）任职"):
        decide_discretion(
            programme=stage.programme, key="splitting", value="whole", reason="示例", at=at,
            actor=officer, subject=stage.subjects["challenge"],
        )  # fmt: skip
    record_departure(
        subject=stage.subjects["project"], key="aid#usual", reason="示例", actor=second, at=at
    )  # fmt: skip


@pytest.mark.parametrize("what", ["mandate", "account"])
def test_who_was_stopped_while_an_act_waited_for_its_turn_does_nothing(
    play_until: PlayUntil, what: str
) -> None:
    stage = play_until("2026-03-27T09:00")
    # Who acts was read when the request came; then somebody else's act was first, and an administrator stopped this one.
    actor = stage.actor("expert", AT)
    account, mandate = stage.accounts["expert"]
    if what == "mandate":
        end_mandate(mandate=mandate, actor=None, at=AT)
    else:
        disable_account(account=account, actor=None, at=AT)
    with pytest.raises(NotAllowed, match="刚刚停止了"):
        apply(
            stage.subjects["bid1"].pk, "review", "record_review", actor=actor, at=AT, payload={"marks": {"plan": "60 分"}}
        )  # fmt: skip
