import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life, play_example
from tests.ledger.tampering import TRIGGER_NAMES, drop_trigger, execute

from jiebang.config.environment import read_number
from jiebang.ledger.models import Chain, Entry
from jiebang.organisations.attempts import begin_attempt
from jiebang.organisations.limits import Limits
from jiebang.publications.models import Objection
from jiebang.scenarios.read import read_instant

PlayLife = Callable[[str], Life]
OBJECTION = {
    "objector": "示例丙公司（合成）",
    "contact": "示例电话",
    "statement": "评分表第三项与公示不一致，附截图名称。",
    "request": "请复核",
}


def test_a_challenge_is_shown_while_its_window_is_open(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T09:00")
    client = Client()
    home = client.get("/").content.decode()
    assert "高温轴承" in home
    assert "2026-03-25 17:00" in home
    page = client.get(reverse("portal:challenge", args=[life.subject("challenge").pk])).content.decode()
    assert "还有 19 天" in page
    life.set_clock("2026-03-25T17:00")
    assert (
        "揭榜已经截止"
        in client.get(reverse("portal:challenge", args=[life.subject("challenge").pk])).content.decode()
    )
    assert "现在没有张榜的难题" in client.get("/").content.decode()


def test_anybody_objects_once_however_often_they_click(life_until: PlayLife) -> None:
    life = life_until("2026-04-02T10:00")
    client = Client()
    where = reverse("portal:notice", args=[life.subject("challenge").pk])
    page = client.get(where).content.decode()
    assert "还有 5 天" in page
    assert "2026-04-07 24:00" in page
    assert "示例大学（合成）" in page
    assert "示例研究院（合成）" not in page  # its review failed
    found = re.search(r'name="_draft" value="([^"]+)"', page)
    assert found
    form = {**OBJECTION, "_draft": found[1]}
    missing = client.post(where, {**form, "objector": " "})
    assert missing.status_code == 422
    assert "评分表第三项" in missing.content.decode()
    first, second = client.post(where, form), client.post(where, form)
    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    assert Objection.objects.count() == 1
    assert "已收到您的异议" in client.get(first["Location"]).content.decode()
    bodies = " ".join(Entry.objects.values_list("body", flat=True))
    assert "示例丙公司" not in bodies
    assert '"public":true' in bodies


def test_a_notice_that_has_ended_takes_no_objection(life_until: PlayLife) -> None:
    life = life_until("2026-04-02T10:00")
    where = reverse("portal:notice", args=[life.subject("challenge").pk])
    life.set_clock("2026-04-08T00:00")
    assert Client().post(where, OBJECTION).status_code == 404
    assert not Objection.objects.exists()


def test_objectors_are_shown_to_nobody_but_the_authorities(life_until: PlayLife) -> None:
    life = life_until("2026-04-08T00:00")
    where = reverse("console:subject", args=[life.subject("challenge").pk])
    assert "评分有误" in life.client("second").get(where).content.decode()
    for who in ("firm", "prof"):
        assert "评分有误" not in life.client(who).get(where).content.decode()
    assert (
        "评分有误"
        not in Client().get(reverse("portal:notice", args=[life.subject("challenge").pk])).content.decode()
    )


def test_the_policy_is_readable_clause_by_clause(life_until: PlayLife) -> None:
    life_until("2026-03-06T09:00")
    page = Client().get("/policies/thin/").content.decode()
    for word in ("第四条", "总投入不低于五百万元", "项目投入总额", "自 2026-01-01 起施行"):
        assert word in page


def test_the_ledger_page_tells_the_head_and_sees_damage(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T09:00")
    head = Chain.objects.get(key=life.stage.programme.chain_key).head_hash
    page = Client().get("/ledger/").content.decode()
    assert head in page
    assert "完好" in page
    # A restored copy, a driver that lies: what the database should never let happen is seen all the same.
    for name in TRIGGER_NAMES:
        drop_trigger(name)
    execute("UPDATE ledger_entry SET body = %s WHERE sequence = 1", "{}")
    life.set_clock("2026-03-06T09:01")
    assert "有问题" in Client().get("/ledger/").content.decode()


def objecting(
    client: Client, where: str, draft: str, address: str = "203.0.113.7", **more: str
) -> tuple[int, str]:
    sent = client.post(where, {**OBJECTION, "_draft": draft, **more}, REMOTE_ADDR=address)
    return sent.status_code, sent.content.decode()


def test_so_many_objections_from_one_address_and_no_more_until_the_time_told(
    life_until: PlayLife, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = life_until("2026-04-02T10:00")
    limits = {**settings.JIEBANG_LIMITS, "objection": Limits(24 * 60, pair=3, name=None, address=None)}
    monkeypatch.setattr(settings, "JIEBANG_LIMITS", limits)
    client, where = Client(), reverse("portal:notice", args=[life.subject("challenge").pk])
    assert objecting(client, where, "d0", objector=" ")[0] == 422, "what isn't taken doesn't count"
    assert [objecting(client, where, f"d{n}")[0] for n in (1, 1, 2, 3)] == [302] * 4, "nor a second click"
    status, text = objecting(client, where, "d4")
    assert status == 429
    assert "最多收 3 件异议" in text
    assert "请在 2026-04-03 10:00 之后再试" in text
    assert "评分表第三项" in text, "what was typed is still there"
    assert Objection.objects.count() == 3
    assert objecting(client, where, "d3")[0] == 302, "a click on what has arrived leads to its receipt"
    assert objecting(client, where, "e1", address="203.0.113.8")[0] == 302, "others are heard"
    life.set_clock("2026-04-03T09:59")
    assert objecting(client, where, "d5")[0] == 429
    life.set_clock("2026-04-03T10:00")
    assert objecting(client, where, "d6")[0] == 302


def test_a_limit_is_of_one_notice(life_until: PlayLife, monkeypatch: pytest.MonkeyPatch) -> None:
    life = life_until("2026-04-02T10:00")
    limits = {**settings.JIEBANG_LIMITS, "objection": Limits(24 * 60, pair=1, name=None, address=None)}
    monkeypatch.setattr(settings, "JIEBANG_LIMITS", limits)
    at = read_instant("2026-04-02T10:00")
    begin_attempt("objection", "another notice", "203.0.113.7", at)
    where = reverse("portal:notice", args=[life.subject("challenge").pk])
    assert objecting(Client(), where, "d1")[0] == 302
    assert objecting(Client(), where, "d2")[0] == 429


def test_the_number_is_a_setting_of_the_installation() -> None:
    assert read_number({}, "JIEBANG_OBJECTIONS") == 10
    assert read_number({"JIEBANG_OBJECTIONS": "25"}, "JIEBANG_OBJECTIONS") == 25
    assert settings.JIEBANG_LIMITS["objection"].pair == 10


def test_nothing_of_an_objection_is_cut_off_unsaid(life_until: PlayLife) -> None:
    life = life_until("2026-04-02T10:00")
    where = reverse("portal:notice", args=[life.subject("challenge").pk])
    answer = Client().post(where, {**OBJECTION, "statement": "长" * 8001, "_draft": "d"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "写了 8001 字，不超过 8000 字" in html
    assert "长" * 8001 in html
    assert not Objection.objects.exists()


def test_of_several_on_notice_an_objector_says_which_one_it_is_about(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = play_example("jinzhong-bounty.yaml", "2024-12-12T10:00", monkeypatch)
    client, where = Client(), reverse("portal:notice", args=[life.subject("challenge").pk])
    page = client.get(where).content.decode()
    offered = dict(re.findall(r'<option value="([^"]*)">([^<]*)</option>', page))
    names = ["请选择", "示例储罐装备有限公司（合成）", "整个公示，不只其中一个"]
    assert [text for text in offered.values() if text in names] == names
    assert "示例流体机械有限公司（合成）" not in offered.values(), "it isn't among those to be chosen"
    for wrong in ({}, {"against": "0"}, {"against": str(life.subject("pump-bid").pk)}):
        status, text = objecting(client, where, "d1", **wrong)
        assert status == 422
        assert "评分表第三项" in text, "what was typed is still there"
    tank = life.subject("tank-bid")
    assert objecting(client, where, "d1", against=str(tank.pk))[0] == 302
    assert Objection.objects.get().against == tank
    assert objecting(client, where, "d2", against="whole")[0] == 302
    assert Objection.objects.filter(against=None).count() == 1
    alone = client.get(reverse("portal:notice", args=[life.subject("challenge2").pk])).content.decode()
    assert 'name="against"' not in alone, "where one alone is on notice nothing is asked"


def test_who_was_taken_out_of_a_notice_is_named_no_more(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    life = play_example("jinzhong-bounty.yaml", "2024-12-24T09:00", monkeypatch)
    page = Client().get(reverse("portal:challenge", args=[life.subject("challenge").pk])).content.decode()
    assert "异议成立的不再列入，其余无异议或异议不成立" in page
    assert "示例低碳" in page
    assert "示例储罐装备有限公司（合成）" not in page
