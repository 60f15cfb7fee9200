"""How people read the instant at which something closes: midnight is the end of the day before, not the start of the next."""

from datetime import date, datetime, timedelta

from jiebang.kernel.periods import SHANGHAI


def last_day_of(closes_at: datetime) -> date:
    """The last day, in Shanghai, of which any part is still open."""
    return (closes_at.astimezone(SHANGHAI) - timedelta(microseconds=1)).date()


def show_close(closes_at: datetime) -> str:
    """A closing instant in Shanghai to the minute; the midnight after a day as that day's 24:00."""
    here = closes_at.astimezone(SHANGHAI)
    if (here.hour, here.minute) == (0, 0):
        return f"{last_day_of(closes_at)} 24:00"
    return here.strftime("%Y-%m-%d %H:%M")
