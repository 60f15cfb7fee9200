"""Where a question that the regulation leaves open can be decided."""

import pytest
from tests.funding.building import Case

from jiebang.console.questions import questions_of
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import Subject

pytestmark = pytest.mark.django_db


def places(case: Case, subject: Subject) -> dict[str, Subject | None]:
    found = questions_of(case.programme, program_of(subject), subject, case.actor())
    assert len({question.key for question in found}) == len(found), "each once"
    return {question.key: question.target for question in found}


def test_a_question_is_asked_before_the_thing_it_is_about_has_come_to_be() -> None:
    case = Case("shenzhen-bounty/draft", "government-prize")
    need = case.subject("need", case.batch, "示例-1-N001")
    assert places(case, need)["registration-length"] == need
    case.decide("registration-length", "2 个月", need)
    case.challenge.origin = need
    case.challenge.save()
    bid = case.subject("bid", case.challenge, "示例-1-C001-B001")
    asked = places(case, bid)
    # What was decided for the need is shown as decided there, not asked again.
    assert asked["registration-length"] == need
    assert asked["several-winners"] == case.challenge
    # A prize may go to a bid that never becomes a project.
    assert asked["prize-share"] == bid
    assert asked["notice-counting"] is None
