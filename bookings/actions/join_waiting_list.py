"""Wait for a whole set that is not free: the first in line whose set is complete is offered it."""

import datetime as dt

from django.db.models import Max

from bookings import events
from bookings.actions.decide import decide
from bookings.actions.offering import granted_slots, plan_offer
from bookings.actions.overdue import end_overdue
from bookings.actions.plan import Plan
from bookings.actions.request_booking import require_booking
from bookings.actions.search_slots import candidate_slots
from bookings.actions.transaction import in_site_transaction
from bookings.actions.waiting_wishes import Waited, kept, touched_by
from bookings.models import IN_LINE, WaitingEntry, WaitingState
from bookings.rules.free_time import usable_periods
from bookings.rules.words import period_words
from testcentre.accounts.asker import Asker
from testcentre.audit.trail import record
from testcentre.foundation.errors import Refusal, Refused

# slots of a flexible wish that are judged by the rules alone, to see whether any would do
TRIED = 32


def join_waiting_list(asker: Asker, waited: Waited, *, now: dt.datetime) -> WaitingEntry:
    """Put a wish at the end of the line.

    Raises:
        Malformed: it names what is not there, or not the organisation's own.
        Forbidden: the asker's role may not book, or not for others.
        Refused: it is free now, no freed slot could ever be granted, or the organisation waits for too much.
    """
    require_booking(asker, waited.wish)

    def work() -> WaitingEntry:
        end_overdue(now=now)
        plan = plan_offer(asker, waited.wish, asked_by=asker.identity, now=now)
        _refuse(plan, waited, now=now)
        keys, span = touched_by(plan, waited)
        newest = WaitingEntry.objects.aggregate(newest=Max("place"))["newest"]
        entry = WaitingEntry.objects.create(
            organisation=plan.organisation,
            place=(newest or 0) + 1,
            state=WaitingState.WAITING,
            keys=keys,
            span=span,
            asked_by=asker.label,
            identity=asker.identity,
            role=asker.role,
            created_at=now,
            **kept(waited),
        )
        details = {"resources": [want.words for want in waited.wish.wants], "flexible": waited.flexible is not None}
        record(asker, "waiting.join", subject=f"waiting:{entry.id}", details=details)
        events.announce(events.WaitingChanged(entry.id, entry.organisation_id, entry.state))
        return entry

    return in_site_transaction(work)


def _refuse(plan: Plan, waited: Waited, *, now: dt.datetime) -> None:
    most = plan.facts.site.waiting.most
    waits = WaitingEntry.objects.filter(organisation=plan.organisation, state__in=IN_LINE).count()
    if waits >= most:
        raise Refused(
            Refusal(
                "too_many_waiting",
                f"The organisation waits for {waits} sets; at most {most} at once.",
                "",
                f"fewer than {most} entries in line",
                waits,
                "Leave the line with one of them.",
            )
        )
    granted = next(granted_slots(plan, waited.slots(plan)), None)
    if granted is not None:
        raise Refused(
            Refusal(
                "free_now",
                "The whole set is free: there is nothing to wait for.",
                "start",
                "a set that is not free",
                period_words(granted.slot),
                "Request this slot.",
            )
        )
    _refuse_hopeless(plan, waited, now=now)


def _refuse_hopeless(plan: Plan, waited: Waited, *, now: dt.datetime) -> None:
    """Refuse what the rules would refuse however much is freed."""
    search = waited.search
    slots = [waited.wish.slot]
    if search is not None:
        usable = usable_periods(
            plan.facts.site,
            resources=(),
            organisation=plan.facts.organisation,
            now=now,
            start=search.period[0],
            end=search.period[1],
        )
        opened = [(start.timestamp(), end.timestamp()) for start, end in usable]
        slots = candidate_slots(plan, search, opened)[:TRIED] or slots
    decisions = decide(plan, slots)
    if all(decision.rules_refuse for decision in decisions):
        raise Refused(*decisions[0].rules_refuse)
