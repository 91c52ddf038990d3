"""Reading the query parameters of what is read here."""

import math
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest

from testcentre.foundation.errors import Malformed, Refusal
from testcentre.foundation.pagination import cursor_of


def instant_us(request: HttpRequest, name: str) -> int | None:
    """Return a query parameter that is an instant, as microseconds since 1970 UTC, or None without it.

    Raises:
        Malformed: no RFC 3339 time, or one without zone.
    """
    raw = request.GET.get(name)
    if raw is None:
        return None
    try:
        moment = datetime.fromisoformat(raw.replace(" ", "+"))  # a `+` that was not percent-encoded came as a space
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Malformed(Refusal("bad_time", f"{name} is not an instant.", name, "RFC 3339 with zone", raw[:40]))
    try:
        return round(moment.astimezone(UTC).timestamp() * 1e6)
    except OverflowError as problem:
        refusal = Refusal("bad_time", f"{name} is out of range.", name, "a year from 2 to 9998", raw[:40])
        raise Malformed(refusal) from problem


def interval_s(request: HttpRequest, name: str) -> float:
    """Return a query parameter that is a span in seconds, 0 without it.

    Raises:
        Malformed: no number from 0 to 86400.
    """
    raw = request.GET.get(name, "0")
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 86_400:
        raise Malformed(Refusal("bad_interval", f"{name} is not a span.", name, "seconds from 0 to 86400", raw[:40]))
    return value


def choice(request: HttpRequest, name: str, known: tuple[str, ...]) -> str:
    """Return a query parameter that is one of a few words, the first of them without it.

    Raises:
        Malformed: another word.
    """
    raw = request.GET.get(name, known[0])
    if raw not in known:
        raise Malformed(Refusal(f"unknown_{name}", f"This {name} is not known.", name, list(known), raw[:40]))
    return raw


def later_rows(request: HttpRequest, field: str) -> Q:
    """Return what follows the page before, in descending order of an instant and the id; all rows on the first page.

    Raises:
        Malformed: the cursor is none of ours.
    """
    cursor = cursor_of(request, 2)
    if cursor is None:
        return Q()
    try:
        moment, key = datetime.fromisoformat(cursor[0]).astimezone(UTC), UUID(cursor[1])
    except (ValueError, OverflowError) as problem:
        expected = "the `next` of a page before"
        refusal = Refusal("bad_cursor", "The cursor is not one of ours.", "cursor", expected, cursor[0][:40])
        raise Malformed(refusal) from problem
    return Q(**{f"{field}__lt": moment}) | Q(**{field: moment}, id__lt=key)
