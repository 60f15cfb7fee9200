"""Messages: each organisation is told what happened to its own cases, in sentences, and to nobody else's."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.console.lives import Life

from jiebang.console.letters import count_unread, letters_of, messages_to
from jiebang.organisations.models import Mandate

PlayLife = Callable[[str], Life]


def mandate_of(life: Life, who: str) -> Mandate:
    return life.stage.accounts[who][1]


def told(life: Life, who: str) -> list[tuple[str, str, str]]:
    """(number, sentence, reason) of every message to somebody's organisation, oldest first."""
    mandate = mandate_of(life, who)
    found = letters_of(list(messages_to(mandate).select_related("subject__programme")), mandate)
    return [(one.subject.number, one.text, one.why) for one in reversed(found)]


def test_a_firm_reads_why_its_need_came_back_and_what_became_of_it(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T09:00")
    assert told(life, "firm") == [
        ("2026-1-N001", "已收到提交的需求", ""),
        ("2026-1-N001", "需求论证：退回补正", "投入不足"),
        ("2026-1-N001", "需求征集：已截止", ""),
        ("2026-1-N001", "需求论证：通过", ""),
        ("2026-1-C001", "已张榜", ""),
        ("2026-1-N001", "办理结束：已列入榜单", ""),
    ]
    assert told(life, "prof") == []


def test_the_chosen_and_the_failed_each_learn_their_own(life_until: PlayLife) -> None:
    life = life_until("2026-04-15T09:00")
    won = told(life, "prof")
    assert (life.subject("bid1").number, "已选定", "") in won
    assert ("2026-1-C001-P01", "已立项", "") in won
    assert ("2026-1-C001-P01", "拨付：已拨付", "") in won
    lost = told(life, "researcher")
    assert lost[-1] == (life.subject("bid2").number, "办理结束：评审未通过", "")
    assert not {number for number, _, _ in won} & {number for number, _, _ in lost}


def test_authorities_have_a_worklist_and_no_messages(life_until: PlayLife) -> None:
    life = life_until("2026-04-15T09:00")
    assert told(life, "officer") == []
    assert life.client("officer").get("/console/letters/").status_code == 404


def test_what_is_unread_is_counted_until_somebody_says_so(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T09:00")
    client, mandate = life.client("firm"), mandate_of(life, "firm")
    page = client.get("/console/letters/").content.decode()
    assert page.count("new-mark") == count_unread(mandate) == 6
    assert "条未读" in page
    newest = messages_to(mandate)[0].pk
    # Looking isn't reading, and a mark from an older page takes nothing back.
    assert count_unread(mandate) == 6
    client.post("/console/letters/", {"through": newest})
    client.post("/console/letters/", {"through": newest - 3})
    assert count_unread(mandate) == 0
    assert "条未读" not in client.get("/console/worklist/").content.decode()


@pytest.mark.parametrize("through", ["", "x", "-1", "1" * 30])
def test_a_forged_mark_changes_nothing(life_until: PlayLife, through: str) -> None:
    life = life_until("2026-03-06T09:00")
    assert life.client("firm").post("/console/letters/", {"through": through}).status_code == 404
    assert count_unread(mandate_of(life, "firm")) == 6


def test_a_page_of_messages_asks_as_many_questions_however_many_there_are(life_until: PlayLife) -> None:
    life = life_until("2026-04-15T09:00")
    counts = {}
    for who in ("researcher", "firm"):
        client = life.client(who)
        client.get("/console/letters/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/console/letters/")
        counts[messages_to(mandate_of(life, who)).count()] = len(asked)
    assert len(counts) == 2
    assert len(set(counts.values())) == 1
