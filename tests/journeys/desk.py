"""What a person does at the pages, in their own words: open a case, fill in a form by the names of its fields, press a button."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect
from tests.journeys.conftest import DESK, PHONE

#: With JIEBANG_SHOTS=<folder> the journey leaves pictures of what it passes, on a desk and on a phone.
SHOTS = os.environ.get("JIEBANG_SHOTS")
#: The smallest file that is a pdf, for wherever a paper with a seal on it is asked for.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
Answers = Mapping[str, Any]


_LOOKED_AT: set[str] = set()


def look(page: Page, name: str) -> None:
    """Nothing on the page may stick out to the side of a phone. Takes pictures where somebody asked for them."""
    if name in _LOOKED_AT:
        return
    _LOOKED_AT.add(name)
    page.locator(".foot").wait_for()
    for size, viewport in (("1440", DESK), ("390", PHONE)):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}.png", full_page=True, caret="initial")
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name}: {wide} px too wide for a phone"
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def open_case(page: Page, words: str, then: str = "") -> None:
    """From one's worklist to the case with these words in its line, and there on to the page of one act."""
    page.goto("/console/worklist/")
    page.locator(".tasks li").filter(has_text=words).get_by_role("link").first.click()
    if then:
        page.get_by_role("link", name=then, exact=True).first.click()


def find_case(page: Page, words: str, kind: str, number: int = 0) -> None:
    """Search the list of cases and open one that was found."""
    page.goto("/console/subjects/")
    page.get_by_label("编号、名称或单位").fill(words)
    page.get_by_label("类别").select_option(label=kind)
    page.get_by_role("button", name="查找").click()
    page.locator("table a").nth(number).click()


def fill_in(form: Page | Locator, answers: Answers, part: str = "values") -> None:
    """Answer fields by the pack's names for them, as one would with mouse and keyboard."""
    kinds = _kinds_in(form)
    for name, answer in answers.items():
        full = name if part == "" else f"{part}.{name}"
        if part == "facts" and not any(one.startswith(full) for one in kinds):
            add_fact(form, name)
            kinds = _kinds_in(form)
        if isinstance(answer, list) and answer and isinstance(answer[0], dict):
            for number, row in enumerate(answer):
                if not any(one.startswith(f"{full}--{number}--") for one in kinds):
                    form.locator(f'button[name="_rows"][value="{full}"]').click()
                    kinds = _kinds_in(form)
                for key, cell in row.items():
                    _fill_one(form, f"{full}--{number}--{key}", cell, kinds)
        elif answer == []:
            form.locator(f'[name="{full}--none"]').check()
        else:
            _fill_one(form, full, answer, kinds)


def add_fact(form: Page | Locator, name: str) -> None:
    """Put one more of the pack's facts on the form; what is filled in stays."""
    more = form.locator("details.more")
    more.locator("summary").click()
    more.locator('select[name="_more"]').select_option(name)
    more.get_by_role("button", name="加到表单").click()
    expect(form.locator(f'[name^="facts.{name}"]').first).to_be_attached()


def _kinds_in(form: Page | Locator) -> dict[str, str]:
    """Which controls there are, and of which kind."""
    found: dict[str, str] = form.locator("input, select, textarea").evaluate_all(
        "all => Object.fromEntries(all.filter(e => e.name).map(e => [e.name, e.type]))"
    )
    return found


def _fill_one(form: Page | Locator, name: str, answer: Any, kinds: Mapping[str, str]) -> None:
    control = form.locator(f'[name="{name}"]').first
    kind = "file" if f"{name}--upload" in kinds else kinds.get(name, "")
    assert kind, f"the form doesn't ask for {name}: {sorted(kinds)}"
    if kind == "file":
        upload = form.locator(f'[name="{name}--upload"]')
        upload.set_input_files({"name": str(answer), "mimeType": "application/pdf", "buffer": PDF})
    elif kind in ("radio", "checkbox"):
        wanted = {True: "true", False: "false"}.get(answer, answer) if isinstance(answer, bool) else answer
        for one in wanted if isinstance(wanted, list) else [wanted]:
            form.locator(f'[name="{name}"][value="{one}"]').check()
    elif kind == "select-one":
        control.select_option(str(answer))
    else:
        text = "\n".join(answer) if isinstance(answer, list) else str(answer)
        amount = re.fullmatch(r"([0-9.]+) ?(万元|亿元|元|个?月|年|日|分)", text)
        if amount and f"{name}--unit" in kinds:
            form.locator(f'[name="{name}--unit"]').select_option({"个月": "月"}.get(amount[2], amount[2]))
        control.fill(amount[1] if amount and kind != "textarea" else text)


def press(page: Page | Locator, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).click()


def done(page: Page) -> None:
    """What was done is said to be done."""
    expect(page.locator('main [role="status"]').first).to_contain_text("已办理")


def received(page: Page) -> None:
    """What was handed in has its receipt."""
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()


def offer(page: Page, label: str) -> Locator:
    """The form of one act on the page of a case, opened."""
    found = page.locator("details.offer").filter(
        has=page.locator("summary", has_text=re.compile(f"^{label}$"))
    )
    if found.first.get_attribute("open") is None:
        found.first.locator("summary").click()
    return found.first


def open_form(page: Page, label: str) -> None:
    """The whole form of the act that ends a stage, on a page of its own."""
    link = page.get_by_role("link", name=label, exact=True)
    (link if link.count() else offer(page, label).get_by_role("link", name="打开完整表单")).first.click()


def decide(page: Page, question: str, answer: Any, reason: str) -> None:
    """Decide on the page of open questions, where the pack's own words ask."""
    asked = page.locator("article.question").filter(has_text=question).first
    asked.locator("summary").first.click()
    expect(asked.get_by_label("理由")).to_be_visible()
    control = asked.locator('[name^="value."]').first
    _fill_one(asked, control.get_attribute("name") or "", answer, _kinds_in(asked))
    asked.get_by_label("理由").fill(reason)
    press(asked, "记录决定")
