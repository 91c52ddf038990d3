"""What was freed is offered to those who wait, in the transaction that freed it: so nobody jumps the queue.

The first in line whose whole set is complete is given a hold; then the next is looked at, and so on. One transaction
looks at `LOOKS` entries; those that are left are marked, and looked at by the next transaction or by beat.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import IntegrityError, connection, transaction

from bookings import events
from bookings.actions.decide import Decision, decide
from bookings.actions.offering import granted_slots, offer_until
from bookings.actions.request_booking import hold_decided
from bookings.actions.transition import tell
from bookings.actions.waiting_wishes import Waited, plan_of_entry, touched_by, waited_of, without_let_go
from bookings.claims.freed import Freed
from bookings.models import WaitingEntry, WaitingState
from bookings.rules.retired import RETIRED
from testcentre.audit.trail import record
from testcentre.foundation.errors import Malformed, Refusal

LOOKS = 20
NO_LONGER_PLANNED = "it was kept in a form that this version does not read"

_TOUCHED = """
    EXISTS (SELECT FROM unnest(%s::int8[], %s::tstzrange[]) AS freed(key, period)
            WHERE freed.key = ANY (waiting.keys) AND freed.period && waiting.span)
"""
_IN_LINE = f"""
    SELECT waiting.id FROM bookings_waitingentry AS waiting
    WHERE state = 'waiting' AND until > %s AND (to_look OR {_TOUCHED})
    ORDER BY place LIMIT {LOOKS}
"""  # noqa: S608 - constants
_MARK_REST = f"""
    UPDATE bookings_waitingentry AS waiting SET to_look = true
    WHERE state = 'waiting' AND until > %s AND NOT to_look AND place > %s AND {_TOUCHED}
"""  # noqa: S608 - constants


def offer_freed(freed: Sequence[Freed], now: dt.datetime) -> None:
    """Offer what was given back, and what nobody has looked at yet, in the caller's transaction.

    It never fails for what an entry has become: such an entry is set aside with its reason.
    """
    touching: list[list[Any]] = [[one.key for one in freed], [one.period for one in freed]]
    with connection.cursor() as cursor:
        cursor.execute(_IN_LINE, [now, *touching])
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return
    entries = list(WaitingEntry.objects.filter(id__in=ids).select_related("organisation").order_by("place"))
    if len(entries) == LOOKS and freed:
        with connection.cursor() as cursor:
            cursor.execute(_MARK_REST, [now, entries[-1].place, *touching])
    for entry in entries:
        _look_at(entry, now=now)


def _look_at(entry: WaitingEntry, *, now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            waited = waited_of(entry)
            decision = _first_granted(entry, waited, now=now)
            if decision is not None:
                _offer(entry, decision, now=now)
    except Malformed as malformed:
        _set_aside(entry, malformed.refusals)
    except msgspec.ValidationError:
        _set_aside(entry, [Refusal("invalid", NO_LONGER_PLANNED)])
    except IntegrityError:
        # written past the lock; beat looks again
        WaitingEntry.objects.filter(pk=entry.pk).update(to_look=True)


def _first_granted(entry: WaitingEntry, waited: Waited, *, now: dt.datetime) -> Decision | None:
    """Return the best slot that would be granted; the entry is looked at with this."""
    plan = plan_of_entry(entry, waited, now=now)
    retired = [one for one in decide(plan)[0].rules_refuse if one.code == RETIRED.code]
    if retired:
        raise Malformed(*retired)
    # the site may have got other resources since
    entry.keys, entry.span = touched_by(plan, waited)
    entry.to_look = False
    entry.save(update_fields=["keys", "span", "to_look"])
    slots = [slot for slot in without_let_go(waited.slots(plan), entry) if slot[0] > now]
    return next(granted_slots(plan, slots), None)


def _offer(entry: WaitingEntry, decision: Decision, *, now: dt.datetime) -> None:
    until = offer_until(decision, now=now, hours=decision.plan.facts.site.waiting.offer_h)
    booking = hold_decided(None, decision, now=now, until=until)
    booking.offered = True
    booking.save(update_fields=["offered"])
    entry.state, entry.offer = WaitingState.OFFERED, booking
    entry.save(update_fields=["state", "offer"])
    record(None, "waiting.offer", subject=f"waiting:{entry.id}", details={"booking": str(booking.id)})
    tell(events.BookingOffered, booking)
    events.announce(events.WaitingChanged(entry.id, entry.organisation_id, entry.state))


def _set_aside(entry: WaitingEntry, refusals: Iterable[Refusal]) -> None:
    entry.state = WaitingState.SET_ASIDE
    entry.reason = "; ".join(refusal.message for refusal in refusals)[:500]
    entry.to_look = False
    entry.save(update_fields=["state", "reason", "to_look"])
    record(None, "waiting.set_aside", subject=f"waiting:{entry.id}", reason=entry.reason)
    events.announce(events.WaitingChanged(entry.id, entry.organisation_id, entry.state))
