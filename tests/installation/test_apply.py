"""A city comes up from one file: made once, said again, contradicted never."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.organisations.cast import kinds_in

from jiebang.installation.apply import Applied, apply_installation
from jiebang.installation.check import check_installation
from jiebang.installation.read import read_installation
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.ledger.models import Entry
from jiebang.ledger.verify import verify_chain
from jiebang.organisations.actions.activate_account import activate_account
from jiebang.organisations.actions.end_mandate import end_mandate
from jiebang.organisations.models import Account, Authority, Mandate, Programme
from jiebang.policy.strict_yaml import PackProblems

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FIRM = make_synthetic_credit_code(9)
FILE = f"""
authorities:
  meeting: {{name: 示例市联席会议（合成）, kind: joint_meeting, parent: bureau}}
  bureau: {{name: 示例市科技局（合成）, kind: city}}
organisations:
  firm: {{name: 示例甲公司（合成）, credit_code: {FIRM}}}
programmes:
  - slug: open-bid
    title: 示例计划（合成）
    bureau: bureau
    pack: urumqi-open-bid/consultation-draft
    adopted: {{on: "2026-01-05", number: 示例施行决定〔2026〕1号}}
    sign_off: {{pay: [officer, head]}}
    roles: {{bureau: [bureau], council: [meeting]}}
people:
  - {{username: guan, name: 管理员（合成）, acts_for: bureau, position: system_admin, from: "2026-01-05"}}
  - {{username: jing, name: 经办（合成）, acts_for: bureau, position: officer, from: "2026-01-05", until: "2027-12-31"}}
  - {{username: jing, name: 经办（合成）, acts_for: meeting, position: secretary, from: "2026-01-05"}}
  - {{username: qi, name: 企业（合成）, acts_for: firm, position: organisation_admin, from: "2026-01-05"}}
"""
pytestmark = pytest.mark.django_db


@pytest.fixture
def apply(tmp_path: Path) -> "Apply":
    return Apply(tmp_path)


class Apply:
    """Apply the file, with a text in it replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, old: str = "", new: str = "") -> Applied:
        assert old in FILE
        path = self.folder / "city.yaml"
        path.write_text(FILE.replace(old, new, 1) if old else FILE, encoding="utf-8")
        return apply_installation(read_installation(path), NOW)


def test_everything_is_made_and_each_account_gets_its_code(apply: Apply) -> None:
    done = apply()
    assert len(done.made) == 2 + 1 + 1 + 2 + 3 + 4
    assert done.there == []
    assert [(username, name) for username, name, _ in done.codes] == [
        ("guan", "管理员（合成）"), ("jing", "经办（合成）"), ("qi", "企业（合成）"),
    ]  # fmt: skip
    assert any("talent-office" in told and "还没有机关担任" in told for told in done.warnings)
    bureau = Authority.objects.get(kind="city")
    assert Authority.objects.get(kind="joint_meeting").parent == bureau
    assert Programme.objects.get().sign_off_chains == {"pay": ["officer", "head"]}
    assert kinds_in(f"bureau:{bureau.pk}").count("mandate.granted") == 3
    assert verify_chain(f"bureau:{bureau.pk}").is_intact
    assert not any(account.has_usable_password() for account in Account.objects.all())
    activate_account(code=done.codes[0][2], password="Sheng-zhang 1", again="Sheng-zhang 1", at=NOW)


def test_applying_it_again_makes_nothing_and_writes_nothing(apply: Apply) -> None:
    apply()
    entries = Entry.objects.count()
    again = apply()
    assert (again.made, again.codes) == ([], [])
    assert len(again.there) == 10
    assert Entry.objects.count() == entries


def test_what_is_added_later_is_all_that_is_made(apply: Apply) -> None:
    apply()
    more = apply("council: [meeting]", "council: [meeting], experts: [bureau]")
    assert more.made == ["角色 experts：示例市科技局（合成）"]


def test_what_is_taken_out_of_the_file_stays(apply: Apply) -> None:
    apply()
    apply(", council: [meeting]", "")
    assert Programme.objects.get().role_holders.count() == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: city", "kind: county", "kind 文件写“county”，系统里是“city”"),
        (", parent: bureau", "", "parent 文件写“（没有）”"),
        ("title: 示例计划", "title: 别的计划", "title 文件写“别的计划"),
        ("〔2026〕1号", "〔2026〕2号", "adopted.number"),
        ('on: "2026-01-05"', 'on: "2026-01-06"', "adopted.on"),
        ("[officer, head]", "[officer]", "sign_off"),
        ("name: 示例甲公司", "name: 示例丙公司", "单位"),
        ("username: qi, name: 企业", "username: qi, name: 别人", "账号 qi"),
        ('until: "2027-12-31"', 'until: "2028-12-31"', "until 文件写“2028-12-31”，系统里是“2027-12-31”"),
    ],
)
def test_a_contradiction_is_refused_whole(apply: Apply, old: str, new: str, told: str) -> None:
    apply()
    before = Entry.objects.count()
    with pytest.raises(JiebangError, match=told):
        apply(old, new)
    assert Entry.objects.count() == before


def test_a_mandate_ended_on_the_page_does_not_come_back_by_the_file(apply: Apply) -> None:
    apply()
    end_mandate(mandate=Mandate.objects.get(position="secretary"), actor=None, at=NOW)
    with pytest.raises(JiebangError, match="已经在系统里终止"):
        apply()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: city}", "kind: city, parent: meeting}", "绕成了圈"),
        ("kind: city}", "kind: village}", "没有“village”这类机关"),
        ("bureau: [bureau]", "bureau: [nobody]", "没有这个机关"),
        ("bureau: [bureau]", "mayor: [bureau]", "没有由机关担任的角色"),
        ("position: officer", "position: member", "没有“member”这个职务"),
        ("acts_for: firm", "acts_for: office", "没有“office”这个机关或单位"),
        ("username: jing, name: 经办（合成）, acts_for: meeting, position: secretary", "username: guan, name: 管理员（合成）, acts_for: meeting, position: auditor", "须由不同的人担任"),
        (FIRM, FIRM[:-1], "18 位"),
        ('adopted: {on: "2026-01-05", number: 示例施行决定〔2026〕1号}', "", "施行日期空缺"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_makes_nothing(apply: Apply, old: str, new: str, told: str) -> None:
    with pytest.raises(JiebangError, match=told):
        apply(old, new)
    assert not Authority.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: 示例", "titel: 示例", "city.yaml:.*titel.*不认识这个键"),
        ('from: "2026-01-05", until', 'from: "2026-02-30", until', "没有“2026-02-30”这一天"),
        ("pack: urumqi-open-bid/consultation-draft", "pack: urumqi", "pack"),
    ],
)
def test_it_is_read_as_strictly_as_a_scenario(apply: Apply, old: str, new: str, told: str) -> None:
    with pytest.raises(PackProblems, match=told):
        apply(old, new)


def test_the_check_says_what_is_lacking_until_it_is_there(apply: Apply) -> None:
    def lacking() -> dict[str, str]:
        return {line.what: line.todo for line in check_installation(NOW) if line.todo}

    before = lacking()
    assert {"计划", "系统管理员", "审计监督"} <= set(before)
    apply()
    after = lacking()
    assert "计划" not in after
    assert "系统管理员" not in after
    assert "审计监督" in after
    assert "talent-office" in after["计划 示例计划（合成）"]
    assert "账本保护" not in after


def test_the_check_knows_the_years_that_can_be_computed_in() -> None:
    def lacking(at: datetime) -> dict[str, str]:
        return {line.what: line.todo for line in check_installation(at) if line.todo}

    assert "工作日历" not in lacking(NOW)
    # Already the next year where the clocks of the city are.
    assert "2099 年" in lacking(datetime(2098, 12, 31, 16, 0, tzinfo=UTC))["工作日历"]


def test_the_example_of_the_guide_can_be_applied() -> None:
    example = Path(__file__).parents[2] / "docs" / "how-to" / "example-installation.yaml"
    done = apply_installation(read_installation(example), NOW)
    assert len(done.codes) == 4
    assert apply_installation(read_installation(example), NOW).made == []


def test_a_chain_that_waits_for_nobody_is_named_before_it_stops_a_case(apply: Apply) -> None:
    apply()
    lines = {one.what: one for one in check_installation(NOW)}
    told = lines["逐级审批 示例计划（合成）"]
    assert "要主要负责人签署" in told.todo
    assert "要经办签署" not in told.todo
    assert not told.must


def test_a_chain_whose_every_position_is_held_is_nothing_to_put_right(apply: Apply) -> None:
    head = '{username: ju, name: 局长（合成）, acts_for: bureau, position: head, from: "2026-01-05"}'
    apply("people:\n", f"people:\n  - {head}\n")
    assert not any(one.what.startswith("逐级审批") for one in check_installation(NOW))
    # From the day after the mandate has ended it is again.
    Mandate.objects.filter(position="head").update(until_on=NOW.date())
    assert not any(one.what.startswith("逐级审批") for one in check_installation(NOW))
    assert any(one.what.startswith("逐级审批") for one in check_installation(NOW.replace(day=3)))
