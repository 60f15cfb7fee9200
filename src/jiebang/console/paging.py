"""One page of a long list, by the number in the address."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

_Row = TypeVar("_Row", bound=Model)


def page_of(found: QuerySet[_Row, Any], per_page: int, request: HttpRequest) -> Page[_Row]:
    """The page asked for, the first where none is. Raises Http404 for one that isn't there."""
    try:
        return Paginator(found, per_page).page(request.GET.get("page", "1"))
    except InvalidPage:
        raise Http404 from None
