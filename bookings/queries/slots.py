"""Bookings by when they are: in an order in which what is over, however much it is, is not looked at."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet, Value

from bookings.models import Booking
from bookings.models.booking import SlotOf


def first_by_start(
    bookings: "QuerySet[Booking]",
    *,
    begins: dt.datetime | None,
    ends: dt.datetime | None,
    most: int,
    read: "Callable[[QuerySet[Booking]], list[Any]]" = list,
) -> list[Any]:
    """Return the first bookings that end after `begins` and start before `ends`, by start and id, as `read` has them.

    First those that run at `begins`, by the index on slots, then those that start then or later, by that on starts.
    """
    rows = bookings.order_by("start", "id")
    if ends is not None:
        rows = rows.filter(start__lt=ends)
    if begins is None:
        return read(rows[:most])
    running = rows.alias(slot=SlotOf("start", "end")).filter(slot__contains=Value(begins), start__lt=begins)
    ids = list(running.values_list("pk", flat=True)[:most])
    found = read(rows.filter(pk__in=ids)) if ids else []
    if len(found) < most:
        found += read(rows.filter(start__gte=begins)[: most - len(found)])
    return found
