"""A bidder uploads the paper itself, with and without scripts, closes the browser, and finds it again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.console.lives import Life
from tests.console.papers import PDF, bid_address, live_with_files, value_of
from tests.journeys.conftest import PHONE, OpenPage

from jiebang.documents.models import Upload
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.packs import load_program

pytestmark = pytest.mark.journey
PLAN = '[name="values.bid.plan--upload"]'
Begin = Callable[[], Life]


@pytest.fixture
def begin(
    browser: object, transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Begin]:
    yield lambda: live_with_files(monkeypatch, tmp_path)
    load_program.cache_clear()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_a_bidder_uploads_closes_the_browser_and_hands_in(
    begin: Begin, open_as: OpenPage, tmp_path: Path, javascript: bool
) -> None:
    life = begin()
    (tmp_path / "方案.pdf").write_bytes(PDF)
    (tmp_path / "图.png").write_bytes(PDF)
    page = open_as(life, "researcher", PHONE, javascript)
    page.goto(bid_address(life))
    page.get_by_label("揭榜项目名称").fill("解法二")
    page.locator(PLAN).set_input_files(tmp_path / "图.png")
    if not javascript:
        page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("内容却不是PNG 图片，而是 PDF")).to_be_visible()
    page.locator(PLAN).set_input_files(tmp_path / "方案.pdf")
    if not javascript:
        page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("已上传：方案.pdf")).to_be_visible()
    expect(page.get_by_text("内容却不是")).to_have_count(0)
    assert page.locator(PLAN).input_value() == ""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.context.clear_cookies()
    page.close()

    again = open_as(life, "researcher", javascript=javascript)
    again.goto(bid_address(life))
    expect(again.get_by_label("揭榜项目名称")).to_have_value("解法二")
    expect(again.get_by_text("已上传：方案.pdf")).to_be_visible()
    again.get_by_role("button", name="提交揭榜申请").click()
    expect(again.get_by_role("heading", name="已收到")).to_be_visible()
    bid = Subject.objects.get(kind="bid", lead__name__contains="研究院")
    assert str(value_of(bid)).startswith("方案.pdf（sha256:")
    assert Upload.objects.count() == 1
    again.get_by_role("link", name="查看事项").click()
    with again.expect_download() as coming:
        again.get_by_role("link", name="方案.pdf").click()
    assert coming.value.suggested_filename == "方案.pdf"
    assert coming.value.path().read_bytes() == PDF
