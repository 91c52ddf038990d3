"""What becomes of an entry when its offer is taken, let go or taken back: heard inside the transaction that does it."""

import datetime as dt

from django.db.models import Max, Q

from bookings import events
from bookings.actions.waiting_wishes import MOST_LET_GO
from bookings.models import Booking, WaitingEntry, WaitingState, current_site
from testcentre.audit.trail import record
from testcentre.foundation.clock import to_rfc3339

LET_GO = "its only slot was offered and let go"
TOO_LATE = "no slot that would do is left"
AT_ONCE = 200


def subscribe() -> None:
    """Hear what becomes of offers, from now on."""
    events.subscribe(events.BookingRequested, take_offer)
    events.subscribe(events.BookingCancelled, end_offer)


def take_offer(event: events.BookingRequested) -> None:
    """Count an entry as served when its offer was submitted."""
    if not event.was_held:
        return
    for entry in _offered(event):
        _move(entry, WaitingState.TAKEN, action="take")


def end_offer(event: events.BookingCancelled) -> None:
    """Put an entry back in line, by how its offer ended.

    An offer that was let go is not made again; one that nobody answered counts, and after so many the entry goes to
    the end of the line. One that a closure displaced costs nothing.
    """
    for entry in _offered(event):
        booking = Booking.objects.get(pk=event.booking_id)
        if not isinstance(event, events.BookingDisplaced):
            entry.let_go = [*entry.let_go, [to_rfc3339(booking.start), to_rfc3339(booking.end)]][-MOST_LET_GO:]
            _count(entry, booking, lapsed=isinstance(event, events.BookingExpired))
            if entry.flexible is None:
                entry.reason = LET_GO
                _move(entry, WaitingState.EXPIRED, action="let_go")
                continue
        _move(entry, WaitingState.WAITING, action="back_in_line")


def entries_are_due(*, now: dt.datetime) -> bool:
    """Say whether there are entries to expire, or some that nobody has looked at since something was freed."""
    return WaitingEntry.objects.filter(Q(to_look=True) | Q(until__lte=now), state=WaitingState.WAITING).exists()


def expire_entries(*, now: dt.datetime) -> int:
    """End the entries that no slot is left for, in the caller's transaction; return how many."""
    over = list(WaitingEntry.objects.filter(state=WaitingState.WAITING, until__lte=now).order_by("until")[:AT_ONCE])
    for entry in over:
        entry.reason = TOO_LATE
        _move(entry, WaitingState.EXPIRED, action="expire")
    return len(over)


def _offered(event: events.BookingEvent) -> list[WaitingEntry]:
    return list(WaitingEntry.objects.filter(offer_id=event.booking_id, state=WaitingState.OFFERED))


def _count(entry: WaitingEntry, booking: Booking, *, lapsed: bool) -> None:
    """Count an offer that nobody answered, unless it stood for less than the site's time."""
    policy = current_site().facts.waiting
    if not lapsed:
        entry.offers_missed = 0
        return
    if booking.hold_until is None or booking.hold_until - booking.created_at < dt.timedelta(hours=policy.offer_h):
        return
    entry.offers_missed += 1
    if entry.offers_missed >= policy.lapses:
        newest: int = WaitingEntry.objects.aggregate(newest=Max("place"))["newest"]
        entry.place, entry.offers_missed = newest + 1, 0


def _move(entry: WaitingEntry, state: WaitingState, *, action: str) -> None:
    entry.state = state
    entry.save(update_fields=["state", "place", "offers_missed", "let_go", "reason"])
    record(None, f"waiting.{action}", subject=f"waiting:{entry.id}", reason=entry.reason)
    events.announce(events.WaitingChanged(entry.id, entry.organisation_id, entry.state))
