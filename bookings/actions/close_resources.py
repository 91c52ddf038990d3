"""Take resources out of use: one transaction releases who is in the way, claims the closure, and holds alternatives."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max

from bookings import events
from bookings.actions.displace import Displaced, displace
from bookings.actions.overdue import end_overdue
from bookings.actions.transaction import in_site_transaction
from bookings.claims.closing import closing_rows
from bookings.claims.ledger import enter_closure, next_block, owners_in_the_way
from bookings.claims.needs import Row
from bookings.models import PRIORITY_CAUSES, Booking, Claim, Closure, ClosureCause, Site, current_site, site_plane
from bookings.queries.references import find_resources
from bookings.rules.facts import Period
from bookings.rules.states import BookingState
from bookings.rules.words import period_words
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Clash, Conflict, Malformed, Refusal, Refused

MOST_DISPLACED = 50
PERMISSION_FOR: dict[ClosureCause, Permission] = {
    ClosureCause.MAINTENANCE: Permission.CLOSE_FOR_MAINTENANCE,
    ClosureCause.WEATHER: Permission.CLOSE_FOR_WEATHER,
    ClosureCause.NOTAM: Permission.CLOSE_FOR_WEATHER,
    ClosureCause.MILITARY: Permission.CLOSE_FOR_PRIORITY,
    ClosureCause.MEDICAL: Permission.CLOSE_FOR_PRIORITY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedClosure:
    """What shall be closed, when and why; a start in the past counts as now."""

    codes: tuple[str, ...]
    period: Period
    cause: ClosureCause
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A closure, and what became of every booking that was in its way."""

    closure: Closure
    displaced: list[Displaced]


class _Previewed(Exception):
    """Carry what a closure would come to out of the transaction that is undone."""

    def __init__(self, closed: Closed) -> None:
        self.closed = closed
        super().__init__()


def close_resources(asker: Asker, wanted: WantedClosure, *, now: dt.datetime) -> Closed:
    """Close resources: bookings in the way are displaced without fee, and a whole alternative is held for each.

    Raises:
        Forbidden: the asker's role may not close for this cause.
        Malformed: a code names no resource.
        Refused: it is over already, lacks a reason, or displaces too many bookings at once.
        Conflict: somebody is airborne there.
        Clash: a part of it is closed already.
    """
    _check(asker, wanted, now=now)
    return in_site_transaction(lambda: _close(asker, wanted, now=now))


def preview_closure(asker: Asker, wanted: WantedClosure, *, now: dt.datetime) -> Closed:
    """Say what closing would come to, by doing it and undoing it; it stores nothing and tells nobody.

    Raises:
        Whatever `close_resources` would.
    """
    _check(asker, wanted, now=now)

    def work() -> Closed:
        raise _Previewed(_close(asker, wanted, now=now))

    try:
        return in_site_transaction(work)
    except _Previewed as previewed:
        return previewed.closed


def _check(asker: Asker, wanted: WantedClosure, *, now: dt.datetime) -> None:
    asker.require(PERMISSION_FOR[wanted.cause])
    if wanted.cause in PRIORITY_CAUSES and not wanted.reason:
        raise Refused(
            Refusal(
                "reason_required", "Priority needs a written reason.", "reason", "why it has priority", "", "Write it."
            )
        )
    if wanted.period[1] <= now:
        raise Refused(
            Refusal(
                "closure_over",
                "The closure would be over already.",
                "end",
                f"after {to_rfc3339(now)}",
                to_rfc3339(wanted.period[1]),
                "Name a later end.",
            )
        )


def _close(asker: Asker, wanted: WantedClosure, *, now: dt.datetime) -> Closed:
    end_overdue(now=now)
    site = current_site()
    resources, faults = find_resources(site, wanted.codes)
    if faults:
        raise Malformed(*faults)
    period = max(wanted.period[0], now), wanted.period[1]
    block = next_block()
    rows = closing_rows(resources, plane=site_plane(site), block=block)
    in_the_way = _in_the_way(rows, period)
    closure = Closure.objects.create(
        block=block,
        start=period[0],
        end=period[1],
        cause=wanted.cause,
        reason=wanted.reason,
        made_by=asker.label,
        created_at=now,
    )
    closure.resources.set(resources)
    displaced = displace(
        asker, in_the_way, closure, claim=lambda: enter_closure(closure.id, rows, period=period), now=now
    )
    _tell(asker, closure, displaced, site=site)
    return Closed(closure, displaced)


def _in_the_way(rows: Sequence[Row], period: Period) -> list[Booking]:
    """Return the bookings that have a part of it, the earliest first."""
    booking_ids, closure_ids = owners_in_the_way(rows, period=period)
    if closure_ids:
        raise Clash(*(_already_closed(closure) for closure in Closure.objects.filter(id__in=closure_ids)))
    bookings = list(
        Booking.objects.filter(id__in=booking_ids).select_related("organisation").order_by("start", "created_at", "id")
    )
    airborne = [booking.id for booking in bookings if booking.state == BookingState.ACTIVE]
    if airborne:
        raise Conflict(_airborne(airborne, period))
    if len(bookings) > MOST_DISPLACED:
        raise Refused(_too_many(len(bookings)))
    return bookings


def _tell(asker: Asker, closure: Closure, displaced: list[Displaced], *, site: Site) -> None:
    details = {
        "site": site.code,
        "resources": [resource.code for resource in closure.resources.all()],
        "cause": str(closure.cause),
        **period_words((closure.start, closure.end)),
        "displaced": [str(one.booking.id) for one in displaced],
    }
    record(asker, "closure.close", subject=f"closure:{closure.id}", reason=closure.reason, details=details)
    events.announce(events.ClosureChanged(closure.id, "closed"))


def _airborne(booking_ids: Sequence[UUID], period: Period) -> Refusal:
    claims = Claim.objects.filter(booking_id__in=booking_ids, active=True, period__overlap=period)
    latest = claims.aggregate(latest=Max("period__endswith"))["latest"]
    return Refusal(
        "airborne",
        "Somebody is airborne there, and can't be displaced.",
        "start",
        f"{to_rfc3339(latest)} or later, or once it has landed",
        to_rfc3339(period[0]),
        "Let range control end the flight, or begin the closure after it.",
    )


def _already_closed(closure: Closure) -> Refusal:
    return Refusal(
        "already_closed",
        "A part of this is closed already in that time.",
        "resources",
        "resources and a period without another closure",
        period_words((closure.start, closure.end)),
        "Close the rest, or lift the other closure first.",
    )


def _too_many(count: int) -> Refusal:
    return Refusal(
        "too_many_displaced",
        f"The closure would displace {count} bookings; at most {MOST_DISPLACED} at once.",
        "end",
        f"at most {MOST_DISPLACED} bookings",
        count,
        "Close a shorter period first, then the next.",
    )
