"""The end of flights: completed, cancelled, or their period and margin are over."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from telemetry.recordings.models import Flight
from telemetry.recordings.phases import Phase, Step, phases_before
from testcentre.foundation.outbox import announce


def end_flights(flights: "QuerySet[Flight]", *, now: datetime) -> int:
    """End those of the flights that are not over yet, within the caller's transaction; returns how many."""
    open_flights = flights.filter(phase__in=phases_before(Step.END)).select_for_update().order_by("id")
    return _end(list(open_flights), now)


def end_overdue_flights(now: datetime) -> int:
    """End every flight whose time of admission is over; returns how many."""
    with transaction.atomic():
        return end_flights(Flight.objects.filter(admit_until__lte=now), now=now)


def _end(flights: Iterable[Flight], now: datetime) -> int:
    ended = 0
    for flight in flights:
        flight.phase, flight.ended = Phase.ENDED, now
        flight.save(update_fields=["phase", "ended"])
        announce("flight_ended", {"flight": str(flight.id), "phase": Phase.ENDED}, flight_ids=[flight.id])
        ended += 1
    return ended
