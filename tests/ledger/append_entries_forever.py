"""A writer of its own process, for the tests: CHAIN COUNT [hang].

Prints `ack SEQUENCE` after each commit. With `hang`, opens one more transaction after COUNT commits, appends in it,
prints `inside` and waits to be killed.
"""

import sys
import time
from datetime import UTC, datetime

import django
from django.db import transaction

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def main(chain_key: str, count: int, *, hang: bool) -> None:
    django.setup()
    from jiebang.ledger.append import EntryDraft, append_entries

    for number in range(count):
        with transaction.atomic():
            (entry,) = append_entries(chain_key, [EntryDraft("test.written", {"number": number})], AT)
        sys.stdout.write(f"ack {entry.sequence}\n")
        sys.stdout.flush()
    if hang:
        with transaction.atomic():
            append_entries(chain_key, [EntryDraft("test.lost", {})], AT)
            sys.stdout.write("inside\n")
            sys.stdout.flush()
            time.sleep(600)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), hang="hang" in sys.argv[3:])
