"""Too many attempts: by name and address first, so that a campus behind one address isn't locked out by one of it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from tests.conftest import FreshDatabase

from jiebang.organisations.attempts import begin_attempt, forgive_attempts, remove_old_attempts
from jiebang.organisations.errors import TooManyAttempts
from jiebang.organisations.limits import Limits
from jiebang.organisations.models import Attempt

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HERE, THERE = "203.0.113.7", "203.0.113.8"
pytestmark = pytest.mark.django_db


def fail(name: str, address: str, times: int = 1, at: datetime = NOW) -> None:
    for _ in range(times):
        begin_attempt("log_in", name, address, at)


def is_refused(name: str, address: str, at: datetime = NOW) -> bool:
    try:
        attempt = begin_attempt("log_in", name, address, at)
    except TooManyAttempts:
        return True
    attempt.delete()
    return False


def test_the_sixth_from_one_address_is_refused_and_says_until_when() -> None:
    fail("zhang", HERE, 5)
    with pytest.raises(TooManyAttempts, match="请在 2026-03-02 09:15 之后再试"):
        fail("zhang", HERE)
    assert not is_refused("wang", HERE)
    assert not is_refused("zhang", THERE)


def test_the_time_told_is_true_and_refused_attempts_do_not_put_it_off() -> None:
    fail("zhang", HERE, 4)
    fail("zhang", HERE, 1, NOW + timedelta(minutes=10))
    for minute in range(11, 15):
        assert is_refused("zhang", HERE, NOW + timedelta(minutes=minute))
    assert not is_refused("zhang", HERE, NOW + timedelta(minutes=15))


def test_one_that_succeeds_clears_what_went_before_of_that_name_and_address() -> None:
    fail("zhang", HERE, 4)
    fail("zhang", THERE, 4)
    forgive_attempts(begin_attempt("log_in", "zhang", HERE, NOW))
    assert Attempt.objects.count() == 4
    fail("zhang", HERE, 5)


def test_a_name_tried_from_everywhere_and_an_address_that_tries_everybody_meet_looser_caps() -> None:
    limits: Limits = settings.JIEBANG_LIMITS["log_in"]
    assert limits.name is not None
    assert limits.address is not None
    fail("zhang", HERE, 5)
    for number in range(limits.name - 5):
        fail("zhang", f"198.51.100.{number}")
    assert is_refused("zhang", "192.0.2.1")
    for number in range(limits.address - 5):
        fail(f"n{number}", HERE)
    assert is_refused("somebody", HERE)
    assert not is_refused("somebody", THERE)


def test_an_ipv6_network_is_one_address() -> None:
    for number in range(5):
        fail("zhang", f"2001:db8:1:2::{number + 1}")
    assert is_refused("zhang", "2001:db8:1:2:ffff::9")
    assert not is_refused("zhang", "2001:db8:1:3::1")
    fail("wang", HERE, 5)
    assert is_refused("wang", f"::ffff:{HERE}")


def test_neither_name_nor_address_is_kept_as_typed() -> None:
    fail("my-password-by-mistake", HERE)
    row = Attempt.objects.get()
    assert "my-password" not in f"{row.name}{row.address}"
    assert HERE not in f"{row.name}{row.address}"


def test_old_ones_are_cleared_away() -> None:
    fail("zhang", HERE, 3)
    fail("zhang", HERE, 1, NOW + timedelta(days=1))
    assert remove_old_attempts(NOW + timedelta(hours=1)) == 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_attempts_than_one(fresh_database: FreshDatabase) -> None:
    code = (
        "import django; django.setup()\n"
        "from datetime import datetime, UTC\n"
        "from jiebang.organisations.attempts import begin_attempt, TooManyAttempts\n"
        "taken = 0\n"
        "for _ in range(5):\n"
        "    try: begin_attempt('log_in', 'zhang', '203.0.113.7', datetime(2026, 3, 2, 1, tzinfo=UTC)); taken += 1\n"
        "    except TooManyAttempts: pass\n"
        "print(taken)\n"
    )
    running = [
        subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-c", code], env=fresh_database.environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    taken = sum(int(one.communicate()[0]) for one in running)
    assert 0 < taken <= 5
