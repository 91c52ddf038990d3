"""No sequence of actions, crashes included, leaves overlapping claims, a claim without an owner, or an owner without.

Real connections: every action commits, and one step kills the database connection in the middle of an action.
"""

import datetime as dt
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings.actions.activate_booking import activate_booking
from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.change_booking import change_booking
from bookings.actions.check_in import check_in
from bookings.actions.close_resources import WantedClosure, close_resources
from bookings.actions.complete_booking import complete_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.join_waiting_list import join_waiting_list
from bookings.actions.lift_closure import lift_closure
from bookings.actions.mark_no_show import mark_no_show
from bookings.actions.overdue import look_at_time
from bookings.actions.plan import Wish
from bookings.actions.release_booking import release_booking
from bookings.actions.request_booking import request_booking
from bookings.actions.submit_booking import submit_booking
from bookings.actions.swap_bookings import swap_bookings
from bookings.actions.waiting_wishes import Waited
from bookings.models import Booking, Closure, ClosureCause
from bookings.rules.facts import ResourceKind
from bookings.rules.wants import Want
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import DomainError
from tests.factories import a_booking, a_crew, load_exercise, volume, wish_of
from tests.people import Person, person

HOUR = dt.timedelta(hours=1)
STEPS, EXAMPLES = 20, 6
OVERLAPS = """
    SELECT count(*) FROM claim AS one JOIN claim AS two ON one.id < two.id AND one.active AND two.active
       AND one.key && two.key AND one.period && two.period AND one.lanes && two.lanes
       AND one.altitude_ft && two.altitude_ft AND one.area && two.area
"""
HOLDING = "('held', 'requested', 'confirmed', 'checked_in', 'active')"
OWNERLESS = f"""
    SELECT count(*) FROM claim
    LEFT JOIN bookings_booking AS booking ON booking.id = claim.booking_id AND booking.state IN {HOLDING}
    LEFT JOIN bookings_closure AS closure ON closure.id = claim.closure_id AND closure.lifted_at IS NULL
    WHERE claim.active AND booking.id IS NULL AND closure.id IS NULL
"""
CLAIMLESS = f"""
    SELECT count(*) FROM bookings_booking AS booking
    WHERE booking.state IN {HOLDING}
      AND (SELECT count(*) FROM claim WHERE claim.booking_id = booking.id AND active)
          < (SELECT count(*) FROM bookings_bookedresource AS had WHERE had.booking_id = booking.id)
            + 2 * (SELECT count(*) FROM bookings_crew AS crew WHERE crew.booking_id = booking.id)
            + (SELECT count(*) FROM bookings_volume AS volume WHERE volume.booking_id = booking.id)
"""
UNCLAIMED_CLOSURES = """
    SELECT count(*) FROM bookings_closure AS closure WHERE lifted_at IS NULL
       AND NOT EXISTS (SELECT FROM claim WHERE claim.closure_id = closure.id AND active)
"""
STRAY_OFFERS = """
    SELECT count(*) FROM bookings_waitingentry AS entry
    LEFT JOIN bookings_booking AS booking ON booking.id = entry.offer_id
    WHERE entry.state = 'offered' AND booking.state IS DISTINCT FROM 'held'
"""

slots = st.tuples(st.integers(0, 3), st.sampled_from([30, 60, 120]))
sets: st.SearchStrategy[tuple[str | Want, ...]] = st.sampled_from(
    [
        ("RWY-05-23",),
        ("RWY-05-23", "STAND-1"),
        (Want(kind=ResourceKind.STAND),),
        ("HANGAR", Want(kind=ResourceKind.STAND, before_min=60)),
    ]
)
picks = st.integers(0, 10_000)


class Range(RuleBasedStateMachine):
    """Two companies and the range, on one long day; `now` only goes forward."""

    @initialize()
    def open(self) -> None:
        for table in ("bookings_waitingentry", "claim", "bookings_closure_resources", "bookings_closure"):
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {table} CASCADE")
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE bookings_booking CASCADE")
        load_exercise()
        self.people = [person("aero/booker"), person("heavylift/booker")]
        self.manager, self.operator = person("range/manager"), person("range/operator")
        self.crews = [[(a_crew(who),) for _ in range(3)] for who in self.people]
        self.now = utc_now().replace(minute=0, second=0, microsecond=0) + HOUR
        self.day = self.now + 12 * HOUR

    @rule(
        who=st.integers(0, 1), crew=st.integers(0, 2), slot=slots, wants=sets, flies=st.booleans(), hold=st.booleans()
    )
    def request(
        self, who: int, crew: int, slot: tuple[int, int], wants: tuple[str | Want, ...], flies: bool, hold: bool
    ) -> None:
        wish = self._wish(who, crew, slot, wants, flies)
        self._try(lambda: request_booking(self.people[who].asker, wish, now=self.now, hold=hold))

    @rule(who=st.integers(0, 1), crew=st.integers(0, 2), slot=slots, wants=sets)
    def wait(self, who: int, crew: int, slot: tuple[int, int], wants: tuple[str | Want, ...]) -> None:
        wish = self._wish(who, crew, slot, wants, flies=False)
        self._try(lambda: join_waiting_list(self.people[who].asker, Waited(wish=wish), now=self.now))

    @rule(pick=picks, verb=st.sampled_from(["submit", "confirm", "cancel", "cancel", "move", "shorten"]))
    def step(self, pick: int, verb: str) -> None:
        action = self._action(pick, verb)
        if action is not None:
            self._try(action)

    @rule(one=picks, other=picks)
    def swap(self, one: int, other: int) -> None:
        bookings = [self._picked(pick, "requested", "confirmed") for pick in (one, other)]
        if bookings[0] and bookings[1]:
            ids = bookings[0].id, bookings[1].id
            owner = self._owner(bookings[0])
            self._try(lambda: swap_bookings(owner.asker, *ids, now=self.now))

    @rule(
        pick=picks,
        verb=st.sampled_from(["request", "cancel", "move", "submit", "close", "swap"]),
        after=st.integers(1, 12),
    )
    def crash(self, pick: int, verb: str, after: int) -> None:
        """Kill the connection in the middle of an action, after so many of its statements."""
        action = self._close if verb == "close" else self._action(pick, verb)
        if action is None:
            return
        killed_after(after, action)

    @rule()
    def close(self) -> None:
        self._try(self._close)

    @precondition(lambda self: Closure.objects.filter(lifted_at=None).exists())
    @rule()
    def lift(self) -> None:
        closure = Closure.objects.filter(lifted_at=None).latest("created_at")
        self._try(lambda: lift_closure(self.manager.asker, closure.id, now=self.now))

    @rule(hours=st.sampled_from([1, 5, 11]))
    def let_time_pass(self, hours: int) -> None:
        self.now += hours * HOUR
        look_at_time(now=self.now)

    @rule(pick=picks, ends=st.sampled_from(["overrun", "complete", "release", "release unflown", "no show"]))
    def come_and_fly(self, pick: int, ends: str) -> None:
        """Let the time of a slot come, with its crew or without."""
        booking = self._picked(pick, "requested", "confirmed")
        if booking is None:
            return
        self._try(lambda: confirm_booking(self.manager.asker, booking.id, now=self.now))
        self.now = max(self.now, booking.start)
        look_at_time(now=self.now)
        if ends == "no show":
            self._try(lambda: mark_no_show(self.operator.asker, booking.id, now=self.now))
            return
        self._try(lambda: check_in(self.operator.asker, booking.id, now=self.now))
        if ends != "release unflown":
            self._try(lambda: activate_booking(self.operator.asker, booking.id, now=self.now))
        self.now = max(self.now, booking.end if ends == "overrun" else booking.start + HOUR / 4)
        look_at_time(now=self.now)
        if ends != "overrun":
            end = complete_booking if ends == "complete" else release_booking
            self._try(lambda: end(self.operator.asker, booking.id, now=self.now))

    @invariant()
    def the_ledger_is_whole(self) -> None:
        assert broken() == []

    def _wish(self, who: int, crew: int, slot: tuple[int, int], wants: tuple[str | Want, ...], flies: bool) -> Wish:
        start = self.day + slot[0] * HOUR
        volumes = (volume(),) if flies else ()
        wish = wish_of(self.people[who], crew=self.crews[who][crew], start=start, minutes=slot[1], resources=wants)
        return replace(wish, volumes=volumes, may_rechoose=crew == 0)

    def _owner(self, booking: Booking) -> Person:
        return next(who for who in self.people if who.organisation_id == booking.organisation_id)

    def _picked(self, pick: int, *states: str) -> Booking | None:
        rows = list(Booking.objects.filter(state__in=states).order_by("created_at", "start", "serial", "organisation"))
        return rows[pick % len(rows)] if rows else None

    def _action(self, pick: int, verb: str) -> Callable[[], object] | None:
        if verb == "request":
            wish = self._wish(pick % 2, pick % 3, (pick % 4, 60), ("RWY-05-23", "STAND-1"), flies=True)
            return lambda: request_booking(self.people[pick % 2].asker, wish, now=self.now)
        states = {"submit": ("held",), "confirm": ("requested",)}.get(verb, ("held", "requested", "confirmed"))
        booking = self._picked(pick, *states)
        if booking is None:
            return None
        next_one = self._picked(pick + 1, *states) or booking
        owner = self._owner(booking)
        move = HOUR if verb == "move" else 0 * HOUR
        less = 15 * HOUR / 60 if verb == "shorten" else 0 * HOUR
        actions: dict[str, Callable[[], object]] = {
            "submit": lambda: submit_booking(owner.asker, booking.id, now=self.now),
            "confirm": lambda: confirm_booking(self.manager.asker, booking.id, now=self.now),
            "cancel": lambda: cancel_booking(owner.asker, booking.id, now=self.now),
            "swap": lambda: swap_bookings(owner.asker, booking.id, next_one.id, now=self.now),
        }
        return actions.get(
            verb,
            lambda: change_booking(
                owner.asker,
                booking.id,
                lambda wish: replace(wish, start=wish.start + move, end=wish.end + move - less),
                now=self.now,
                version=None,
            ),
        )

    def _close(self) -> object:
        period = self.day, self.day + 2 * HOUR
        wanted = WantedClosure(codes=("RWY-05-23",), period=period, cause=ClosureCause.WEATHER)
        return close_resources(self.manager.asker, wanted, now=self.now)

    @staticmethod
    def _try(action: Callable[[], object]) -> None:
        with suppress(DomainError):
            action()


def killed_after(statements: int, action: Callable[[], object]) -> bool:
    """Do an action whose connection is killed before its n-th statement; return whether it had so many."""
    seen = 0

    def count(execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:
        nonlocal seen
        seen += 1
        if seen == statements:
            kill_from_another_connection()
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(count):
            action()
    except (DatabaseError, DomainError):
        pass
    finally:
        connection.close()
    return seen >= statements


def kill_from_another_connection() -> None:
    """End the connection's session as a crash would: from elsewhere, without a word."""
    with connection.cursor() as cursor:
        pid = cursor.connection.info.backend_pid

    def kill() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        connection.close()

    thread = threading.Thread(target=kill)
    thread.start()
    thread.join()


def broken() -> list[str]:
    """Return the queries of the ledger's promises that find something."""
    found = []
    with connection.cursor() as cursor:
        for query in (OVERLAPS, OWNERLESS, CLAIMLESS, UNCLAIMED_CLOSURES, STRAY_OFFERS):
            cursor.execute(query)
            found += [query] if cursor.fetchone()[0] else []
    return found


@pytest.mark.django_db(transaction=True)
def test_a_crash_anywhere_in_a_cancellation_leaves_it_undone_with_its_offer() -> None:
    load_exercise()
    holder, waiter = person("aero/booker"), person("heavylift/booker")
    taken = a_booking(holder, resources=("RWY-05-23",))
    entry = join_waiting_list(waiter.asker, Waited(wish=wish_of(waiter, resources=("RWY-05-23",))), now=utc_now())
    crashes = 0
    while killed_after(1 + 4 * crashes, lambda: cancel_booking(holder.asker, taken.id, now=utc_now())):
        crashes += 1
        taken.refresh_from_db()
        entry.refresh_from_db()
        assert (taken.state, entry.state, broken()) == ("requested", "waiting", [])

    taken.refresh_from_db()
    entry.refresh_from_db()
    assert (taken.state, entry.state, broken()) == ("cancelled", "offered", [])
    assert crashes > 5


@pytest.mark.django_db(transaction=True)
def test_no_sequence_of_actions_breaks_the_ledger() -> None:
    run_state_machine_as_test(
        Range,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
