"""Pages of lists: where the cursor stands, and how the schema describes it."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from bookings.api.fields import uuid_of
from bookings.api.requests import django_request, flag_of
from testcentre.foundation.errors import Malformed, Refusal
from testcentre.foundation.pagination import cursor_of, limit_of, page

Row = TypeVar("Row", bound=Model)

PAGE_PARAMETERS = [
    OpenApiParameter("limit", int, description="Rows of a page, 1 to 200."),
    OpenApiParameter("cursor", str, description="The cursor of the page before."),
]

RETIRED = OpenApiParameter("retired", bool, description="true: those that left the fleet, in place of those in it.")


def of_the_fleet(request: Request, rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Return those in the fleet, or, where the query says `retired=true`, those that left it.

    Raises:
        Malformed: `retired` is neither true nor false.
    """
    return rows.filter(retired_at__isnull=not flag_of(request, "retired"))


def page_by_name(request: Request, rows: "QuerySet[Row]", *, show: Callable[[Row], Any]) -> dict[str, Any]:
    """Return one page of things that have a name, in the order of name and id."""
    plain = django_request(request)
    limit = limit_of(plain)
    cursor = cursor_of(plain, parts=2)
    if cursor is not None:
        name, its_id = cursor[0], _id(cursor[1])
        rows = rows.filter(Q(name__gt=name) | Q(name=name, id__gt=its_id))
    found = list(rows.order_by("name", "id")[: limit + 1])
    return page(plain, found, limit=limit, key=lambda row: (row.name, row.pk), show=show)


def after_start(request: Request) -> Q:
    """Return what is left of a list in the order of start and id, after the request's cursor."""
    after = after_moment(request)
    if after is None:
        return Q()
    start, its_id = after
    return Q(start__gt=start) | Q(start=start, id__gt=its_id)


def after_moment(request: Request) -> tuple[dt.datetime, UUID] | None:
    """Return the time and id after which the page of a list in their order begins, None for the first page.

    Raises:
        Malformed: the cursor is none of ours.
    """
    cursor = cursor_of(django_request(request), parts=2)
    if cursor is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(cursor[0])
    except ValueError:
        raise _bad_cursor() from None
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        raise _bad_cursor()
    return moment, _id(cursor[1])


def page_by_age(
    request: Request, rows: "QuerySet[Row]", *, show: Callable[[Row], Any], newest_first: bool = False
) -> dict[str, Any]:
    """Return one page of things that have a `created_at`, in the order of it and of their ids."""
    plain = django_request(request)
    limit, after = limit_of(plain), after_moment(request)
    way, sign = ("lt", "-") if newest_first else ("gt", "")
    if after is not None:
        moment, its_id = after
        rows = rows.filter(Q((f"created_at__{way}", moment)) | Q(("created_at", moment), (f"id__{way}", its_id)))
    found = list(rows.order_by(f"{sign}created_at", f"{sign}id")[: limit + 1])
    return page(plain, found, limit=limit, key=_age, show=show)


def _age(row: Any) -> tuple[str, UUID]:
    return row.created_at.isoformat(), row.pk


def _id(text: str) -> UUID:
    read = uuid_of(text)
    if read is None:
        raise _bad_cursor()
    return read


def _bad_cursor() -> Malformed:
    return Malformed(
        Refusal("bad_cursor", "The cursor is not one of ours.", "cursor", "the `next` of a page before", "")
    )
