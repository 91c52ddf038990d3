"""Room is made where a booking agreed to be given another one of a kind: it keeps what it asked for, in its own slot.

One level: who is moved moves to something that is free, never by moving a third. The search reads only; what it found
is part of the decision and is done with it, in one transaction.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from bookings import events
from bookings.actions.transition import tell
from bookings.claims.ledger import busy_choices, enter, lanes_of, owners_in_the_way, release
from bookings.claims.needs import Choice, Need, want_need
from bookings.models import BookedResource, Booking, Resource, Site, site_plane
from bookings.queries.references import find_candidates
from bookings.rules.facts import Period, SiteFacts
from bookings.rules.states import BookingState
from bookings.rules.wants import Want
from testcentre.audit.trail import record

MOST_MOVES = 3
TRIED = 8
_MOVABLE = (BookingState.HELD, BookingState.REQUESTED, BookingState.CONFIRMED)

Place = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Move:
    """A booking's resource is exchanged: the rows of `old` for those of `new`, for the same want and period."""

    booking: Booking
    booked: BookedResource
    need: Need
    old: Choice
    new: Choice


@dataclass(frozen=True, slots=True)
class Room:
    """What the needs are met by once the moves are done."""

    choices: list[Choice | None]
    moves: tuple[Move, ...]


def anybody_moves(slots: Sequence[Period], *, facts: SiteFacts, now: dt.datetime) -> bool:
    """Say whether anybody near these slots agreed to be moved; where not, nothing needs to be searched."""
    reach = dt.timedelta(days=32)  # the longest period that is wanted beside a slot
    first, last = min(start for start, _ in slots) - reach, max(end for _, end in slots) + reach
    return _movable(facts, now=now).filter(end__gt=first, start__lt=last).exists()


def room_for(
    needs: Sequence[Need],
    choices: Sequence[Choice | None],
    slot: Period,
    *,
    site: Site,
    facts: SiteFacts,
    beside: UUID | None,
    now: dt.datetime,
) -> Room | None:
    """Return how all needs could be met by moving others, or None."""
    search = _Search(site, facts, now, beside, {_place(choice) for choice in choices if choice and choice.resource})
    met, moves = list(choices), list[Move]()
    for n, need in enumerate(needs):
        if met[n] is not None:
            continue
        found = search.clear(need, slot, most=MOST_MOVES - len(moves), moved={move.booking.id for move in moves})
        if found is None:
            return None
        met[n], more = found
        moves += more
    return Room(met, tuple(moves))


def make_room(moves: Sequence[Move], *, now: dt.datetime) -> None:
    """Do the moves in the caller's transaction, and tell each moved booking's company of its own."""
    for move in moves:
        booking, booked, slot = move.booking, move.booked, (move.booking.start, move.booking.end)
        if move.new.resource is None:
            raise ValueError("a move is from a resource to a resource")
        release(booking.id, move.old.rows, period=move.need.period(slot), now=now)
        enter(booking.id, [(move.need, move.new)], slot=slot)
        before, booked.resource = booked.resource, move.new.resource
        booked.save(update_fields=["resource"])
        booking.version += 1
        booking.reason = f"The range gave it another {booked.resource.kind.replace('_', ' ')}, to make room."
        booking.save(update_fields=["version", "reason"])
        details = {"from": before.code, "to": booked.resource.code}
        record(None, "booking.rechoose", subject=f"booking:{booking.id}", details=details)
        tell(events.BookingChanged, booking)


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked through, and the places that are given out already."""

    site: Site
    facts: SiteFacts
    now: dt.datetime
    beside: UUID | None
    given: set[Place]

    def clear(self, need: Need, slot: Period, *, most: int, moved: set[UUID]) -> tuple[Choice, list[Move]] | None:
        """Return a choice that would be free once these moves are done, or None."""
        for choice in need.choices[:TRIED]:
            if choice.resource is None or _place(choice) in self.given:
                continue
            booking_ids, closure_ids = owners_in_the_way(choice.rows, period=need.period(slot))
            booking_ids -= {self.beside} if self.beside else set()
            if closure_ids or not 0 < len(booking_ids) <= most or booking_ids & moved:
                continue
            kept = set(self.given)
            self.given.add(_place(choice))
            moves = list(self._moves(booking_ids, choice.resource))
            if len(moves) == len(booking_ids):
                return choice, moves
            self.given.clear()
            self.given.update(kept)
        return None

    def _moves(self, booking_ids: set[UUID], resource: Resource) -> Iterator[Move]:
        """Yield a move for each booking that can make way; it ends at the first that can't."""
        movable = _movable(self.facts, now=self.now).filter(id__in=booking_ids)
        for booking in movable.select_related("organisation").order_by("id"):
            move = self._move(booking, resource)
            if move is None:
                return
            if move.new.resource is not None:
                self.given.add(_place(move.new))
            yield move

    def _move(self, booking: Booking, resource: Resource) -> Move | None:
        rows = list(booking.booked_resources.filter(resource=resource).select_related("resource"))
        # of several lanes of one resource nobody has written down which is for which want
        if len(rows) != 1 or rows[0].start < self.now + dt.timedelta(hours=self.facts.closures.rechoose_notice_h):
            return None
        want = msgspec.convert(rows[0].want, Want)
        (candidates,), faults = find_candidates(self.site, [want])
        if faults:
            return None
        same = [one for one in candidates if _same_terms(one, resource)]
        plane = site_plane(self.facts)
        need = want_need(want, same, place=rows[0].place, site=self.facts, plane=plane, block=booking.block)
        lanes = lanes_of(booking.id, resource.claim_key)
        old = next((c for c in need.choices if c.resource == resource and [c.rows[0].lanes] == lanes), None)
        busy = busy_choices([need], [(booking.start, booking.end)])[0]
        free = (c for n, c in enumerate(need.choices) if (0, n) not in busy and _place(c) not in self.given)
        new = next(free, None)
        return Move(booking, rows[0], need, old, new) if old and new else None


def _movable(facts: SiteFacts, *, now: dt.datetime) -> "QuerySet[Booking]":
    notice = dt.timedelta(hours=facts.closures.rechoose_notice_h)
    return Booking.objects.filter(may_rechoose=True, state__in=_MOVABLE, start__gt=now + notice)


def _same_terms(one: Resource, other: Resource) -> bool:
    """Say whether no rule could tell the two apart for a booking that has one of them."""
    terms = (
        "hours",
        "limits",
        "organisation_kinds",
        "hazard",
        "setup_s",
        "clearup_s",
        "floor_ft_amsl",
        "ceiling_ft_amsl",
    )
    return all(getattr(one, term) == getattr(other, term) for term in terms)


def _place(choice: Choice) -> Place:
    return choice.rows[0].key, choice.rows[0].lanes
