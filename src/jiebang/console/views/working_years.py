"""The days off and worked weekends of each year: read by every authority, entered from the State Council's notice by a bureau."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from jiebang.console.identity import Visit, visited
from jiebang.console.plain_forms import PlainForm
from jiebang.console.typed_days import TypedYear
from jiebang.console.visibility import programmes_of
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import local_date
from jiebang.kernel.working_days import UnknownYear, YearTable
from jiebang.lifecycle.actions.record_year import record_year
from jiebang.lifecycle.errors import NotAllowed
from jiebang.lifecycle.models import YearNotice
from jiebang.lifecycle.packs import working_calendar
from jiebang.lifecycle.working_years import name_notice
from jiebang.organisations.bodies import acts_for_running_bureau
from jiebang.policy.values import DATE, TEXT

_FIRST = 2004
_LONGEST_NUMBER = 120
_WANTED = {"year": ("年份", TEXT), "number": ("通知文号", TEXT), "on": ("通知日期", DATE)}


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the picture of a year. `sort`: off, worked, weekend, plain or empty for the gaps before the first."""

    number: int
    sort: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A month in the picture of a year."""

    name: str
    weeks: list[list[Day]]


def _months(table: YearTable) -> Iterator[Month]:
    for month in range(1, 13):
        weeks = [
            [_day(date(table.year, month, number), table) if number else Day(0, "empty") for number in week]
            for week in calendar.monthcalendar(table.year, month)
        ]
        yield Month(f"{month} 月", weeks)


def _day(day: date, table: YearTable) -> Day:
    if day in table.holidays:
        return Day(day.day, "off", "休")
    if day in table.working_weekends:
        return Day(day.day, "worked", "班")
    return Day(day.day, "weekend" if day.weekday() >= calendar.SATURDAY else "plain")


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def working_years_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show a year and its notices; enter one, after looking at it as a calendar."""
    if not programmes_of(visit.actor).exists():
        raise Http404
    year = _year_of(request, visit)
    context: dict[str, Any] = {"year": year, "may_record": acts_for_running_bureau(visit.actor)}
    form = PlainForm(request, _WANTED, longest={"number": _LONGEST_NUMBER})
    status = 200
    if request.method == "POST":
        answer = _take(request, visit, form, context)
        if answer is not None:
            return answer
        status = 200 if "preview" in context else 403 if "denied" in context else 422
    today = local_date(visit.at)
    known = _known(year)
    context |= {
        "table": known,
        "months": [] if known is None else list(_months(known)),
        "notices": YearNotice.objects.filter(year=year)
        .select_related("authority", "recorded_by__person")
        .order_by("-recorded_at", "-pk"),
        "years": [(one, _known(one) is not None) for one in range(today.year - 1, today.year + 2)],
    }
    if "controls" not in context:
        context |= _show_form(form, year)
    return render(request, "console/working_years.html", context, status=status)


def _year_of(request: HttpRequest, visit: Visit) -> int:
    text = (request.POST.get("year") or request.GET.get("year") or "").strip().removesuffix("年").strip()
    this_year = local_date(visit.at).year
    if text.isdecimal() and _FIRST <= int(text[:5]) <= this_year + 1:
        return int(text)
    if not text:
        return this_year
    if request.method == "POST":
        return 0
    raise Http404


def _known(year: int) -> YearTable | None:
    try:
        return working_calendar().table(year)
    except UnknownYear:
        return None


def _show_form(form: PlainForm, year: int) -> dict[str, Any]:
    """The form as it was typed; `lines` have no control of their own."""
    form.typed.setdefault("year", [str(year or "")])
    lines = {name: (form.typed.get(name) or [""])[0] for name in ("holidays", "worked")}
    return {"controls": form.controls, "lines": lines, "errors": form.errors}


def _take(
    request: HttpRequest, visit: Visit, form: PlainForm, context: dict[str, Any]
) -> HttpResponse | None:
    """Read what was typed; show it as a calendar, or record it. Returns where to go, or None with the page's context filled."""
    given = form.read()
    if not context["year"]:
        form.errors["year"] = f"写 {_FIRST} 至 {local_date(visit.at).year + 1} 之间的年份"
    context |= _show_form(form, context["year"])
    asked = TypedYear(context["year"], context["lines"]["holidays"], context["lines"]["worked"])
    named = not {"number", "on"} & set(form.errors)
    notice = name_notice(given["number"], given["on"]) if named else "—"
    table = asked.read(notice) if context["year"] else None
    context["problems"] = asked.problems
    if form.errors or table is None:
        return None
    if request.POST.get("_do") != "record":
        context |= {"preview": list(_months(table)), "asked_table": table}
        return None
    try:
        made = record_year(
            table=table, number=given["number"], on=given["on"], actor=visit.actor, at=visit.at
        )
    except JiebangError as error:
        context["problem"] = error
        if isinstance(error, NotAllowed):
            context["denied"] = True
        return None
    messages.success(request, f"已录入 {made.year} 年节假日安排（{made.number}），记入账本，立即生效。")
    return redirect(f"{reverse('console:working_years')}?year={made.year}")
