"""A real browser on a real server, with the clock stopped where the journey begins."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer
from tests.console.lives import BACKEND, Life, play_life

from jiebang.lifecycle.packs import load_program

CHROMIUM = os.environ.get("JIEBANG_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
#: A form that isn't taken is answered with 422, one that was opened under another identity with 409.
EXPECTED = ("favicon", "404", "409", "422")
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, once for all journeys."""
    # Playwright's synchronous interface runs a loop in this thread, in which Django would refuse its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def life_until(
    browser: Browser, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Life]]:
    """Play the thin life up to an instant, on a database of its own."""
    yield lambda until: play_life(until, monkeypatch)
    load_program.cache_clear()


def log_in(context: BrowserContext, life: Life, who: str, url: str) -> None:
    """Give a browser somebody's session."""
    account, _ = life.stage.accounts[who]
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session.session_key or "",
                "url": url,
            }
        ]
    )


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Open the site as somebody (nobody in particular: ""), on a desk or a phone. A message on the browser's console fails the journey."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(life: Life, who: str, viewport: Any = DESK, javascript: bool = True) -> Page:
        context = browser.new_context(
            viewport=viewport,
            base_url=live_server.url,
            java_script_enabled=javascript,
            locale="zh-CN",
            reduced_motion="reduce",
        )
        contexts.append(context)
        if who:
            log_in(context, life, who, live_server.url)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if not any(known in text for known in EXPECTED)] == []
