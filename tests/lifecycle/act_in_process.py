"""A process of its own that tries one act and prints how it went; started by tests, several at once."""

import json
import os
import signal
import sys
import time
from datetime import datetime

import django

django.setup()

from django.conf import settings  # noqa: E402  Django first

from jiebang.kernel.errors import JiebangError  # noqa: E402
from jiebang.kernel.periods import local_date  # noqa: E402
from jiebang.lifecycle import door, routing  # noqa: E402
from jiebang.lifecycle.actions.decide_discretion import decide_discretion  # noqa: E402
from jiebang.lifecycle.door import apply  # noqa: E402
from jiebang.lifecycle.models import Subject  # noqa: E402
from jiebang.organisations.actor import act_as  # noqa: E402
from jiebang.organisations.models import Account  # noqa: E402


def main() -> None:
    asked = json.loads(sys.argv[1])
    settings.JIEBANG_PACK_ROOTS = asked["pack_roots"]
    if asked.get("die_while_closing"):
        # As a power cut would: in the middle of the transaction, with rows written and nothing committed.
        close = routing.follow

        def die(*args: object, **kwargs: object) -> None:
            close(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
            os.kill(os.getpid(), signal.SIGKILL)

        routing.follow = die
    if asked.get("die_unsaid"):
        # Just before the ledger is told and the whole is committed.
        setattr(door, "append_entries", lambda *_: os.kill(os.getpid(), signal.SIGKILL))  # noqa: B010  as below
    if asked.get("linger"):
        # Everything is decided and written, and nothing of it committed yet: what is another to see of it?
        append = door.append_entries  # type: ignore[attr-defined]  # what the door itself calls

        def linger(*args: object, **kwargs: object) -> object:
            time.sleep(asked["linger"])
            return append(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

        setattr(door, "append_entries", linger)  # noqa: B010  strictly typed, a module keeps its names
    at = datetime.fromisoformat(asked["at"])
    account = Account.objects.get(pk=asked["account"])
    actor = act_as(account, asked["mandate"], local_date(at))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        if asked.get("decide"):
            programme = Subject.objects.get(pk=asked["subject"]).programme
            decide_discretion(programme=programme, actor=actor, at=at, **asked["decide"])
            told: dict[str, object] = {"done": "decided"}
        else:
            receipt = apply(
                asked["subject"], asked["stage"], asked["event"], actor=actor, at=at, payload=asked["payload"],
                submission=tuple(asked["submission"]) if asked.get("submission") else None,
            )  # fmt: skip
            entry = receipt.entries[0].sequence
            told = {"done": receipt.outcome, "entry": entry, "repeated": receipt.repeated}
    except JiebangError as error:
        told = {"refused": type(error).__name__, "why": str(error)}
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


main()
