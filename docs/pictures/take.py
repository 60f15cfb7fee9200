"""Take the README's pictures from a running demo: bin/pictures starts one and calls this with its address."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("JIEBANG_CHROMIUM", "/usr/bin/chromium")
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
OPEN_BATCH = "在办榜题"
RESEARCH = "攻关“揭榜挂帅”（"


def enter(browser: Browser, address: str, programme: str, who: str, size: dict[str, int]) -> Page:
    """A page as somebody who plays in a programme of the demo."""
    page = browser.new_context(viewport=size, locale="zh-CN", base_url=address).new_page()  # type: ignore[arg-type]  # a plain dict is a viewport
    page.goto("/console/enter/")
    group = page.locator("section", has_text=programme)
    # Only one of each role stands there at once.
    group.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    group.locator("li", has_text=who).first.get_by_role("button").click()
    page.wait_for_url("**/worklist/")
    return page


def open_case(page: Page, words: str, kind: str) -> None:
    """Open the first case that a search finds."""
    page.goto(f"/console/subjects/?q={words}&kind={kind}")
    page.locator("table a").first.click()
    page.wait_for_url("**/subjects/*/")
    page.wait_for_load_state()


def take(browser: Browser, address: str) -> None:
    """All pictures."""
    public = browser.new_context(viewport=DESK, locale="zh-CN", base_url=address).new_page()  # type: ignore[arg-type]  # as above
    public.goto("/")
    public.screenshot(path=HERE / "portal.png")
    officer = enter(browser, address, OPEN_BATCH, "何经办", DESK)
    officer.screenshot(path=HERE / "worklist.png")
    finance = enter(browser, address, RESEARCH, "张经办", DESK)
    open_case(finance, "UR-2026-1-C001-P01", "project")
    finance.locator("article.pay-item").first.scroll_into_view_if_needed()
    finance.screenshot(path=HERE / "payment.png")
    professor = enter(browser, address, OPEN_BATCH, "农牧院研究员", PHONE)
    open_case(professor, "高产奶牛", "challenge")
    professor.get_by_role("link", name="提交揭榜申请").first.click()
    professor.wait_for_load_state()
    professor.screenshot(path=HERE / "phone.png")


if __name__ == "__main__":
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        take(launched, sys.argv[1])
        launched.close()
