"""A process that goes on running and says, as often as it is asked, what it knows of a day."""

import sys
from datetime import date

import django

django.setup()

from jiebang.kernel.errors import JiebangError  # noqa: E402  Django first
from jiebang.lifecycle.packs import working_calendar  # noqa: E402

for line in sys.stdin:
    try:
        told = str(working_calendar().is_working(date.fromisoformat(line.strip())))
    except JiebangError as error:
        told = type(error).__name__
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()
