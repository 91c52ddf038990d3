"""The relay: from the outbox to the events and the grants; one is active, the others stand by."""

import logging
import os
import signal
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.timezone import now

from telemetry import bus
from telemetry.admission import grants_for
from telemetry.bus.events import KEPT, EventWriter
from telemetry.bus.grants import Grant, GrantWriter
from testcentre.foundation import lease
from testcentre.foundation.clock import to_rfc3339, utc_now
from testcentre.foundation.models import Announcement, FlightPosition
from testcentre.foundation.outbox import CHANNEL

log = logging.getLogger(__name__)

LEASE = "relay"
POLL_S = 1.0
PAGE = 500
GRANTS_S = 10.0
PRUNE_S = 600.0
KEPT_S = 24 * 3600


Fence = Callable[[], None]


class LostLease(Exception):
    """Another relay has taken over; nothing of this turn was written to the database."""


class Relay:
    """Do the relay's turns under one token of the lease.

    Positions are given and committed in PostgreSQL first, then appended to Redis under explicit ids, then marked as
    published: a crash between any two of these repeats an append, which is harmless, and never leaves a gap.
    """

    def __init__(self, token: int, *, events: EventWriter, grants: GrantWriter) -> None:
        self.token, self.events, self.grants = token, events, grants
        self._granted: list[Grant] = []
        self._grants_due_s = self._prune_due_s = 0.0

    def turn(self) -> int:
        """Do all that is to be done now; return how many announcements were published.

        Raises:
            LostLease: another relay is active.
            Down, Full: Redis; what was given a position is published at a later turn.
        """
        with transaction.atomic():
            self._fence()
        self._repair()  # first: a position that is given twice would never be told again
        fresh = give_positions(self._fence)
        published = publish(self.events, self._fence)
        self._admit(is_due=fresh > 0)
        if time.monotonic() >= self._prune_due_s:
            self._prune_due_s = time.monotonic() + PRUNE_S
            prune(self._fence)
        return published

    def _fence(self) -> None:
        if not lease.renew(LEASE, self.token):
            raise LostLease(f"token {self.token}")

    def _admit(self, *, is_due: bool) -> None:
        """Write the grants after every announcement and each 10 s; write them again when Redis does not have them."""
        if is_due or time.monotonic() >= self._grants_due_s:
            self._granted = grants_for(utc_now())
            self._grants_due_s = time.monotonic() + GRANTS_S
        self.grants.write_all(self._granted)

    def _repair(self) -> None:
        """Bring the events stream to what PostgreSQL published, whatever Redis lost; never with a gap inside.

        A stream that lost its end gets it again. One that lost everything gets its last event only: its readers see
        that what came before is not there, and give a snapshot.
        """
        last, top = self.events.last_position(), _last_position()
        published = Announcement.objects.exclude(published_at=None).aggregate(last=Max("position"))["last"] or 0
        if last > top or 0 < last < published - KEPT:
            log.warning("the events end at %s, the database at %s: a new epoch begins", last, top)
            self.events.start_over()
            last = 0
        if last >= published:
            return
        log.warning("the events end at %s, the database published up to %s: they are appended again", last, published)
        _append_all(self.events, after=last or published - 1, until=published)


def _last_position() -> int:
    return Announcement.objects.aggregate(last=Max("position"))["last"] or 0


def _nobody_else() -> None:
    """Fence nothing: for a caller that is alone."""


@transaction.atomic
def give_positions(fence: Fence = _nobody_else) -> int:
    """Give every announcement without a position its place, in the order of writing; return how many there were.

    Range positions rise by one, and so do those of each flight. `fence` raises when the caller may no longer write.
    """
    fence()
    rows = list(Announcement.objects.filter(position=None).order_by("id")[:PAGE])
    last = _last_position()
    flights = {flight for row in rows for flight in row.flight_ids}
    counted = FlightPosition.objects.filter(flight_id__in=flights).values("flight_id").annotate(last=Max("position"))
    of_flight: dict[Any, int] = defaultdict(int, {row["flight_id"]: row["last"] for row in counted})
    places = []
    for row in rows:
        last += 1
        row.position = last
        for flight in dict.fromkeys(row.flight_ids):
            of_flight[flight] += 1
            places.append(FlightPosition(flight_id=flight, position=of_flight[flight], announcement=row))
    Announcement.objects.bulk_update(rows, ["position"])
    FlightPosition.objects.bulk_create(places)
    return len(rows)


def publish(events: EventWriter, fence: Fence = _nobody_else) -> int:
    """Append what has a position and is not marked as published; return how many."""
    count = 0
    waiting = Announcement.objects.filter(published_at=None, position__isnull=False).order_by("position")
    while page := list(waiting[:PAGE]):
        append(events, page)
        with transaction.atomic():
            fence()
            Announcement.objects.filter(pk__in=[row.pk for row in page]).update(published_at=now())
        count += len(page)
    return count


def _append_all(events: EventWriter, *, after: int, until: int) -> None:
    rows = Announcement.objects.filter(position__lte=until).order_by("position")
    while page := list(rows.filter(position__gt=after)[:PAGE]):
        append(events, page)
        after = page[-1].position or until


def append(events: EventWriter, page: Sequence[Announcement]) -> None:
    """Append announcements to the range's stream and to those of their flights; a repeat is harmless."""
    places: dict[int, dict[str, int]] = defaultdict(dict)
    for place in FlightPosition.objects.filter(announcement__in=page):
        places[place.announcement_id][str(place.flight_id)] = place.position
    for row in page:
        body = {
            "kind": row.kind,
            "time": to_rfc3339(row.created_at),
            "positions": places[row.pk],
            "data": row.payload,
        }
        assert row.position is not None
        events.append(row.position, places[row.pk], body)


@transaction.atomic
def prune(fence: Fence = _nobody_else) -> int:
    """Delete what is published, older than 24 h and not among the last 100,000; each flight keeps its last count."""
    fence()
    last = _last_position()
    newer = FlightPosition.objects.filter(flight_id=OuterRef("flight_id"), position__gt=OuterRef("position"))
    is_last = FlightPosition.objects.filter(~Exists(newer), announcement=OuterRef("pk"))
    old = Announcement.objects.filter(
        ~Exists(is_last), published_at__lt=now() - timedelta(seconds=KEPT_S), position__lte=last - KEPT
    )
    return old.delete()[0]


def run() -> None:
    """Run the relay until SIGTERM or SIGINT; wait for the lease while another one is active."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    holder = f"{socket.gethostname()}:{os.getpid()}"
    events, grants = EventWriter(settings.REDIS_STREAM_URL), GrantWriter(settings.REDIS_STREAM_URL)
    while not stop.is_set():
        try:
            _stand_by_and_work(stop, holder, events, grants)
        except (LostLease, bus.Down, bus.Full, DatabaseError, psycopg.Error) as problem:
            log.warning("relay: %s: %s", type(problem).__name__, problem)
        except Exception:
            log.exception("relay: a turn failed")
        close_old_connections()
        stop.wait(POLL_S)


def _stand_by_and_work(stop: threading.Event, holder: str, events: EventWriter, grants: GrantWriter) -> None:
    """Take the lease, work until told to stop, give it back."""
    token = lease.take(LEASE, holder=holder)
    if token is None:
        return
    log.info("relay: active (token %s)", token)
    relay = Relay(token, events=events, grants=grants)
    try:
        with _listen() as listener:
            while not stop.is_set():
                if relay.turn() < PAGE:
                    for _ in listener.notifies(timeout=POLL_S, stop_after=1):
                        pass
    finally:
        lease.release(LEASE, token)


def _listen() -> "psycopg.Connection[Any]":
    """Return a connection of its own that hears the outbox."""
    listener = psycopg.connect(**connection.get_connection_params(), autocommit=True)
    listener.execute(f"LISTEN {CHANNEL}")
    return listener
