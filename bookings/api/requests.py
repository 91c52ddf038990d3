"""What all views of bookings read from a request: id in the address, times and numbers in the query."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from bookings.api.fields import shown, uuid_of
from bookings.rules.facts import Period
from bookings.rules.times import read_instant, read_period
from bookings.rules.words import period_words
from testcentre.foundation.errors import Malformed, NotFound, PreconditionFailed, PreconditionRequired, Refusal

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag that was read, or *."
)
LONGEST_PERIOD = dt.timedelta(days=100)
MOST_CODES = 50
_MOST_DIGITS = 9


def django_request(request: Request) -> HttpRequest:
    """Return Django's own request, which the pages of the foundation read."""
    plain: HttpRequest = request._request  # noqa: SLF001 - DRF has no public name for it
    return plain


def body_of(request: Request) -> Mapping[str, Any]:
    """Return the JSON object of the body; without a body an empty one."""
    return request.data if isinstance(request.data, dict) else {}


def id_in_address(text: str) -> UUID:
    """Return the id in an address.

    Raises:
        NotFound: it is none, so nothing can have it.
    """
    read = uuid_of(text)
    if read is None:
        raise NotFound
    return read


def period_of(request: Request) -> Period:
    """Return the period of the query's `from` and `to`, at most 100 days.

    Raises:
        Malformed: one is missing, no time, or they are too far apart.
    """
    read = read_period(request.GET.get("from"), request.GET.get("to"), fields=("from", "to"))
    if not isinstance(read, tuple):
        raise Malformed(*read)
    if read[1] - read[0] > LONGEST_PERIOD:
        days = (read[1] - read[0]).days
        raise Malformed(
            Refusal(
                "period_too_long",
                "The period is too long.",
                "to",
                f"at most {LONGEST_PERIOD.days} days",
                f"{days} days",
                "Ask for parts of it.",
            )
        )
    return read


def bounds_of(request: Request) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return the query's `from` and `to`, each None where it is not given.

    Raises:
        Malformed: one is no time.
    """
    read = {name: read_instant(request.GET[name], field=name) for name in ("from", "to") if name in request.GET}
    faults = [value for value in read.values() if isinstance(value, Refusal)]
    if faults:
        raise Malformed(*faults)
    bounds = {name: value for name, value in read.items() if isinstance(value, dt.datetime)}
    return bounds.get("from"), bounds.get("to")


def whole_number(request: Request, name: str, *, default: int, most: int) -> int:
    """Return a whole number of the query, 1 to `most`.

    Raises:
        Malformed: it is none.
    """
    raw = request.GET.get(name, str(default))
    if not (raw.isascii() and raw.isdigit() and len(raw) <= _MOST_DIGITS and 1 <= int(raw) <= most):
        raise Malformed(
            Refusal("invalid", f"{name} is not valid.", name, f"a whole number from 1 to {most}", shown(raw))
        )
    return int(raw)


def flag_of(request: Request, name: str) -> bool:
    """Return whether the query says true; without it, false.

    Raises:
        Malformed: it says something else.
    """
    said = request.GET.get(name, "false")
    if said not in {"true", "false"}:
        raise Malformed(Refusal("invalid", f"{name} is not valid.", name, "true or false", shown(said)))
    return said == "true"


def codes_of(request: Request) -> list[str]:
    """Return the codes in the query's `resources`, each once.

    Raises:
        Malformed: there are more than 50.
    """
    codes = list(dict.fromkeys(code.strip() for code in request.GET.get("resources", "").split(",") if code.strip()))
    if len(codes) > MOST_CODES:
        raise Malformed(
            Refusal("invalid", "Too many resources.", "resources", f"at most {MOST_CODES} codes", len(codes))
        )
    return codes


def epoch_words(window: tuple[float, float]) -> dict[str, str]:
    """Return a window of seconds since 1970 UTC as the API writes it."""
    start_s, end_s = window
    return period_words((dt.datetime.fromtimestamp(start_s, dt.UTC), dt.datetime.fromtimestamp(end_s, dt.UTC)))


def version_required_of(request: Request) -> int | None:
    """Return the version that `If-Match` names, None for `*`: whoever changes says what they have read.

    Raises:
        PreconditionRequired: the header is missing.
        PreconditionFailed: it names no version of ours.
    """
    if "If-Match" not in request.headers:
        raise PreconditionRequired(
            Refusal(
                "version_required",
                "A change needs the version that was read.",
                "If-Match",
                "the ETag of its answer",
                "no header",
                "Read it, and send its ETag in If-Match.",
            )
        )
    return version_of(request)


def version_of(request: Request) -> int | None:
    """Return the version that `If-Match` names; None without the header, or for `*`.

    Raises:
        PreconditionFailed: the header names no version of ours, so it matches nothing.
    """
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    inner = header.strip('"')
    if header == f'"{inner}"' and inner.isascii() and inner.isdigit() and len(inner) <= _MOST_DIGITS:
        return int(inner)
    raise PreconditionFailed(
        Refusal(
            "changed_meanwhile", "If-Match names no version of it.", "If-Match", "the ETag of its answer", shown(header)
        )
    )
