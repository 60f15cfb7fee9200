"""How often something may be tried: counted in the database, so that several workers share the count.

An attempt is entered before it is made and taken back when it succeeds. So of many at the same instant no more get
through than may, without a lock: each sees at least those entered before it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from jiebang.kernel.periods import SHANGHAI
from jiebang.organisations.errors import TooManyAttempts
from jiebang.organisations.limits import Limits
from jiebang.organisations.models import Attempt


def begin_attempt(
    kind: str, name: str, address: str, at: datetime, what: str = "尝试次数太多，暂时不能再试"
) -> Attempt:
    """Enter an attempt. Raises TooManyAttempts, saying `what` is too much and when one may try again; a refused one doesn't count."""
    limits: Limits = settings.JIEBANG_LIMITS[kind]
    window = timedelta(minutes=limits.minutes)
    made = Attempt.objects.create(
        kind=kind, name=_digest("name", name), address=_digest("address", _network(address)), at=at
    )
    recent = Attempt.objects.filter(kind=kind, at__gt=at - window)
    counted = (
        (recent.filter(name=made.name, address=made.address), limits.pair),
        (recent.filter(name=made.name), limits.name),
        (recent.filter(address=made.address), limits.address),
    )
    free_at = [found for rows, most in counted if (found := _free_at(rows, most, window)) is not None]
    if not free_at:
        return made
    made.delete()
    # The next whole minute, so that whoever waits as told isn't refused by some seconds.
    until = max(free_at).astimezone(SHANGHAI) + timedelta(seconds=59)
    raise TooManyAttempts(what=what, fix=f"请在 {until:%Y-%m-%d %H:%M} 之后再试")


def forgive_attempts(made: Attempt) -> None:
    """The attempt succeeded: it and those before it by the same name from the same address count no more."""
    Attempt.objects.filter(kind=made.kind, name=made.name, address=made.address).delete()


def remove_old_attempts(before: datetime) -> int:
    """Remove what no count looks at any more; how many there were."""
    return Attempt.objects.filter(at__lt=before).delete()[0]


def _free_at(rows: QuerySet[Attempt], most: int | None, window: timedelta) -> datetime | None:
    """When fewer than `most` will be within the window; None while there is room. The row just entered is among them."""
    if most is None:
        return None
    # Without the newest `most`, the next one is what has to fall out first for another attempt.
    newest = list(rows.order_by("-at", "-pk").values_list("at", flat=True)[: most + 1])
    return newest[most] + window if len(newest) > most else None


def _digest(what: str, text: str) -> str:
    """Keyed, since what is typed as a user name is sometimes a password."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"{what}:{text}".encode(errors="replace"), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    """An address as limits count it: of IPv6 the network, for one machine has as many addresses there as it likes."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)
