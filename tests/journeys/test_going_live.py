"""A city goes live: a file, the first people, a firm that enrols, is verified and invites, and a member at work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.journeys.conftest import DESK, PHONE, OpenPage
from tests.organisations.cast import PASSWORD

from jiebang.installation.apply import apply_installation
from jiebang.installation.read import read_installation
from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.ledger.models import Chain
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle import clock
from jiebang.lifecycle.packs import load_program
from jiebang.organisations.models import Account, Organisation
from jiebang.scenarios.read import read_instant

FILE = """
authorities:
  bureau: {name: 示例市科技局（合成）, kind: city}
programmes:
  - slug: open-bid
    title: 示例市揭榜计划（合成）
    bureau: bureau
    pack: urumqi-open-bid/consultation-draft
    adopted: {on: "2026-01-05", number: 示例施行决定〔2026〕1号}
    roles: {bureau: [bureau], experts: [bureau]}
people:
  - {username: guanli, name: 管理员（合成）, acts_for: bureau, position: system_admin, from: "2026-01-05"}
  - {username: jingban, name: 经办（合成）, acts_for: bureau, position: officer, from: "2026-01-05"}
"""
pytestmark = [pytest.mark.journey]


@pytest.fixture
def codes(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The installation applied; the code of each account it made."""
    at = read_instant("2026-03-02T09:00")
    monkeypatch.setattr(clock, "read_clock", lambda: at)
    file = tmp_path / "city.yaml"
    file.write_text(FILE, encoding="utf-8")
    done = apply_installation(read_installation(file), at)
    yield {username: code for username, _, code in done.codes}
    load_program.cache_clear()


class Somebody:
    """Somebody at a browser of their own, who begins with a code."""

    def __init__(self, page: Page, username: str) -> None:
        self.page, self.username = page, username

    def activate(self, code: str) -> None:
        """Choose a password by the code, first one that won't do; then log in."""
        page = self.page
        page.goto("/console/log-in/")
        page.get_by_role("link", name="设置口令").click()
        for password in ("tooweak", PASSWORD):
            page.get_by_label("激活码").fill(code)
            page.get_by_label("新口令").fill(password)
            page.get_by_label("再输一次").fill(password)
            page.get_by_role("button", name="设置口令").click()
            if password != PASSWORD:
                assert "口令太短" in page.locator("#password-error").inner_text()
        assert self.username in page.get_by_role("status").inner_text()
        page.get_by_label("用户名").fill(self.username)
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/console/worklist/")


@pytest.fixture
def sit_down(open_as: OpenPage) -> Callable[..., Somebody]:
    """Somebody new at a browser of their own."""

    def make(username: str, viewport: Any = DESK) -> Somebody:
        return Somebody(open_as(None, "", viewport), username)

    return make


def read_code(page: Page) -> str:
    """The code a page shows this once."""
    code = page.locator("#code").inner_text().strip()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", code)
    return code


def open_collection(page: Page) -> None:
    """The officer opens the first batch."""
    page.goto("/console/programmes/")
    page.get_by_role("link", name="开启批次").click()
    page.get_by_role("radio").first.check()
    page.get_by_label("批次编号").fill("2026-1")
    page.get_by_label("批次名称").fill("2026 年第一批")
    page.get_by_role("button", name="开启批次").click()
    assert page.locator("h1").inner_text() == "2026 年第一批"


def enrol(page: Page) -> str:
    """A firm enrols, first with a mistyped code; the activation code of its administrator."""
    page.goto("/console/log-in/")
    page.get_by_role("link", name="登记单位").click()
    page.get_by_label("单位全称").fill("示例丁公司（合成）")
    page.get_by_label("统一社会信用代码").fill("91990000000000000X")
    page.get_by_label("示例市科技局（合成）").check()
    page.get_by_label("联系方式").fill("010-00000000")
    page.get_by_label("管理员姓名").fill("丁某（合成）")
    page.get_by_label("管理员用户名").fill("ding")
    page.get_by_role("button", name="登记").click()
    assert "校验码" in page.locator("#credit_code-error").inner_text()
    page.get_by_label("统一社会信用代码").fill(make_synthetic_credit_code(4321))
    page.get_by_role("button", name="登记").click()
    return read_code(page)


def verify(page: Page) -> None:
    """The officer finds it in the list and verifies it."""
    page.get_by_role("link", name="单位", exact=True).click()
    row = page.get_by_role("row", name=re.compile("示例丁公司"))
    assert "未核验" in row.inner_text()
    row.get_by_role("link").click()
    assert "010-00000000" in page.locator("main").inner_text()
    page.get_by_label("核验通过", exact=True).check()
    page.get_by_label("依据").fill("看了营业执照原件（合成）")
    page.get_by_role("button", name="记录核验结论").click()
    assert "已核验" in page.get_by_role("row", name=re.compile("示例丁公司")).inner_text()


def invite(page: Page) -> str:
    """The firm's administrator adds a member; the member's code."""
    page.get_by_role("link", name="人员").click()
    page.locator("#name").fill("戊某（合成）")
    page.locator("#username").fill("wuyi")
    page.get_by_label("单位成员").check()
    page.get_by_role("button", name="加人").click()
    return read_code(page)


def test_a_city_goes_live(codes: dict[str, str], sit_down: Callable[..., Somebody]) -> None:
    officer, firm, member = sit_down("jingban"), sit_down("ding", PHONE), sit_down("wuyi")
    officer.activate(codes["jingban"])
    open_collection(officer.page)
    firm.activate(enrol(firm.page))
    verify(officer.page)
    member.activate(invite(firm.page))
    page = member.page
    assert page.get_by_role("link", name="人员").count() == 0
    page.goto("/console/subjects/")
    page.get_by_role("link", name="2026 年第一批").click()
    assert page.locator("h1").inner_text() == "2026 年第一批"
    assert page.get_by_role("link", name="提交需求").count() > 0

    waiting = [account.username for account in Account.objects.all() if not account.has_usable_password()]
    assert waiting == ["guanli"], "only the administrator hasn't come yet"
    assert Organisation.objects.get().verifications.get().is_verified
    for key in Chain.objects.values_list("key", flat=True):
        assert verify_chain(key).is_intact
