"""Ask for a series: the same set at the same local time on many dates, each with an answer of its own."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

from bookings.actions.decide import Decision, decide
from bookings.actions.dry_runs import count_dry_run
from bookings.actions.overdue import end_overdue
from bookings.actions.plan import Wish, make_plan
from bookings.actions.refusing import Refusing
from bookings.actions.request_booking import require_booking, write_request
from bookings.actions.transaction import in_site_transaction
from bookings.claims.lanes import FREE_BLOCK
from bookings.claims.ledger import next_block
from bookings.models import Booking, current_site
from bookings.rules.facts import Period
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import Malformed, Refusal

MOST_DATES = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Every so many days, so many times, without some local dates; `all_or_none` grants all of them or nothing."""

    every_days: int
    count: int
    without: frozenset[dt.date] = frozenset()
    all_or_none: bool = False


@dataclass(frozen=True, slots=True)
class DateAnswer:
    """What became of one date: a booking, or what refuses it; both None in a trial that would be granted."""

    slot: Period
    booking: Booking | None
    refusals: tuple[Refusal, ...]


def request_series(asker: Asker, wish: Wish, series: Series, *, now: dt.datetime) -> list[DateAnswer]:
    """Request every date of a series, each in a transaction of its own, or all of them in one.

    Where all or none are asked for and one is refused, no date has a booking.

    Raises:
        Malformed: there are too many dates, or the wish names what is not there.
        Forbidden: as `request_booking`.
    """
    require_booking(asker, wish)
    slots = slots_of(wish, series)
    wish = replace(wish, series=uuid.uuid4())

    def one(slot: Period) -> DateAnswer:
        end_overdue(now=now)
        dated = replace(wish, start=slot[0], end=slot[1])
        (decision,) = decide(make_plan(asker, dated, block=next_block(), now=now))
        if decision.refusals:
            raise Refusing(decision)
        return DateAnswer(slot, write_request(asker, decision, now=now), ())

    def every() -> list[DateAnswer]:
        return [one(slot) for slot in slots]

    if not series.all_or_none:
        return [_granted_or_not(partial(one, slot)) for slot in slots]
    try:
        return in_site_transaction(every)
    except Refusing:
        return _tried(asker, wish, series, now=now)


def try_series(asker: Asker, wish: Wish, series: Series, *, now: dt.datetime) -> list[DateAnswer]:
    """Say for each date what would refuse it, and store nothing.

    Raises:
        Malformed, Forbidden: as `request_series`.
        Throttled: the company's budget of trials is used up.
    """
    require_booking(asker, wish)
    count_dry_run(asker, now=now)
    return _tried(asker, wish, series, now=now)


def slots_of(wish: Wish, series: Series) -> list[Period]:
    """Return the slots: the first as asked, the others at the same local time, however the clock was changed between.

    Raises:
        Malformed: there are more dates than a series may have.
    """
    if series.count > MOST_DATES:
        raise Malformed(
            Refusal(
                "series_too_long",
                "The series has too many dates.",
                "series.count",
                f"at most {MOST_DATES} dates",
                series.count,
                "Ask for a shorter series, and for the rest later.",
            )
        )
    return list(_slots(wish, series))


def _slots(wish: Wish, series: Series) -> Iterator[Period]:
    zone = ZoneInfo(current_site().timezone)
    start = wish.start.astimezone(zone)
    for number in range(series.count):
        # days are added to the wall clock; the duration stays what it was
        later = start + dt.timedelta(days=number * series.every_days)
        if later.date() in series.without:
            continue
        begins = later.replace(fold=start.fold).astimezone(dt.UTC)
        yield begins, begins + (wish.end - wish.start)


def _tried(asker: Asker, wish: Wish, series: Series, *, now: dt.datetime) -> list[DateAnswer]:
    plan = make_plan(asker, wish, block=FREE_BLOCK, now=now)
    slots = slots_of(wish, series)
    if plan.facts.booked_before is None:
        return [DateAnswer(decision.slot, None, decision.refusals) for decision in decide(plan, slots)]
    answers = []
    for slot in slots:
        (decision,) = decide(plan, [slot])
        answers.append(DateAnswer(slot, None, decision.refusals))
        if not decision.refusals:
            plan = plan.with_booked(slot)  # what is granted counts for the quota of the later dates
    return answers


def _granted_or_not(one: Callable[[], DateAnswer]) -> DateAnswer:
    try:
        return in_site_transaction(one)
    except Refusing as refusing:
        decision: Decision = refusing.decision
        return DateAnswer(decision.slot, None, decision.refusals)
