import importlib
import sys
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.live_server_helper import LiveServer
from tests.conftest import FreshDatabase
from tests.ledger.tampering import TRIGGER_NAMES, drop_trigger

from jiebang.config.start import refuse_unguarded_start
from jiebang.ledger.errors import UnguardedLedger
from jiebang.ledger.models import Chain


def show(_: HttpRequest) -> HttpResponse:
    return HttpResponse("示例")


def count_chains(_: HttpRequest) -> HttpResponse:
    return HttpResponse(str(Chain.objects.count()))


urlpatterns = [path("", show), path("chains/", count_chains)]


@pytest.mark.urls(__name__)
def test_every_page_forbids_what_is_inline_or_from_elsewhere(client: Client) -> None:
    response = client.get("/")
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.urls(__name__)
def test_pages_are_chinese_first_and_know_english(client: Client) -> None:
    assert client.get("/")["Content-Language"] == "zh-hans"
    assert client.get("/", headers={"accept-language": "en"})["Content-Language"] == "en"
    assert client.get("/", headers={"accept-language": "fr"})["Content-Language"] == "zh-hans"


def test_requests_are_not_transactions() -> None:
    assert connection.settings_dict["ATOMIC_REQUESTS"] is False
    assert (settings.USE_TZ, settings.TIME_ZONE) == (True, "Asia/Shanghai")


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("chains", [1, 2, 3])
def test_the_live_server_sees_what_each_test_commits(live_server: LiveServer, chains: int) -> None:
    for number in range(chains):
        Chain.objects.create(key=f"bureau:{number}")
    with urlopen(f"{live_server}/chains/") as response:  # noqa: S310  (the test's own server)
        assert response.read() == str(chains).encode()


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_the_site_starts_only_with_a_guarded_ledger(fresh_database: FreshDatabase, server: str) -> None:
    name = f"jiebang.config.{server}"
    sys.modules.pop(name, None)
    assert callable(importlib.import_module(name).application)
    assert connection.connection is None or server == "asgi"
    drop_trigger(TRIGGER_NAMES[0])
    sys.modules.pop(name)
    with pytest.raises(UnguardedLedger, match=TRIGGER_NAMES[0]):
        importlib.import_module(name)
    with pytest.raises(UnguardedLedger):
        refuse_unguarded_start()
