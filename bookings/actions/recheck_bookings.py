"""Look again at bookings that stand: what was granted on papers that no longer hold needs attention.

A booking is not taken away for its papers: it says what refuses, both sides are told, and a renewed paper clears it.
"""

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings import events
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import tell
from bookings.models import Booking, current_site
from bookings.queries.papers import organisation_facts, papers_refuse, standing_bookings
from bookings.rules.facts import OrganisationFacts, SiteFacts
from testcentre.accounts.asker import Asker
from testcentre.audit.trail import record

BATCH = 200


def recheck(which: Q, *, asker: Asker | None, now: dt.datetime) -> int:
    """Judge the papers of these standing bookings; return how many changed.

    The caller's transaction holds the site's lock, so that a booking is never judged on papers that change meanwhile.
    """
    changed = 0
    for booking, found in _changes(standing_bookings(now=now).filter(which)):
        booking.attention = found
        booking.version += 1
        booking.save(update_fields=["attention", "version"])
        codes = sorted({refusal["code"] for refusal in found})
        record(asker, "booking.recheck", subject=f"booking:{booking.id}", details={"attention": codes})
        tell(events.BookingNeedsAttention if found else events.BookingAttentionCleared, booking)
        changed += 1
    return changed


def recheck_all(*, now: dt.datetime) -> int:
    """Judge the papers of all standing bookings, some at a time; return how many changed.

    The site is locked only for those that would change, and they are judged again under the lock.
    """
    changed, after = 0, UUID(int=0)
    while ids := list(
        standing_bookings(now=now).filter(id__gt=after).order_by("id").values_list("id", flat=True)[:BATCH]
    ):
        after = ids[-1]
        doubtful = [booking.id for booking, _ in _changes(Booking.objects.filter(id__in=ids))]
        if doubtful:
            changed += in_site_transaction(partial(recheck, Q(id__in=doubtful), asker=None, now=now))
    return changed


def _changes(bookings: "QuerySet[Booking]") -> list[tuple[Booking, list[dict[str, Any]]]]:
    """Return the bookings of which the rules say something else than is kept with them, and what they say."""
    rows = list(
        bookings.select_related("organisation").prefetch_related("crew__aircraft__papers", "crew__pilot__papers")
    )
    if not rows:
        return []
    site: SiteFacts = current_site().facts
    organisations: dict[UUID, OrganisationFacts] = {}
    changes = []
    for booking in rows:
        owner = booking.organisation
        if owner.id not in organisations:
            organisations[owner.id] = organisation_facts(owner)
        refusals = papers_refuse(booking, site=site, organisation=organisations[owner.id])
        found = [refusal.as_dict() for refusal in refusals]
        if found != booking.attention:
            changes.append((booking, found))
    return changes
