"""The waiting list as one asker may read it: whoever else waits shows nowhere."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookings.models import WaitingEntry
from bookings.queries.access import needs_to_know
from bookings.rules.facts import Classification
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import NotFound


def entries_of(asker: Asker) -> "QuerySet[WaitingEntry]":
    """Return the entries that the asker may know of: all for range staff, the own organisation's for others."""
    asker.require(Permission.SEE_BOOKINGS)
    everything = WaitingEntry.objects.select_related("organisation")
    return everything if asker.is_range else everything.filter(organisation_id=asker.organisation_id)


def access_entry(asker: Asker, entry_id: UUID) -> WaitingEntry:
    """Return an entry that the asker may know of.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    entry = entries_of(asker).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound(detail="There is no such entry.")
    return entry


def entry_answer(asker: Asker, entry: WaitingEntry) -> dict[str, Any]:
    """Return an entry; neither its place nor how many wait, as both would tell of others' interest."""
    wish: dict[str, Any] = entry.wish
    label = wish.get("classification", Classification.UNCLASSIFIED)
    knows = needs_to_know(asker, organisation_id=entry.organisation_id, classification=label)
    flexible = entry.flexible
    return {
        "id": str(entry.id),
        "organisation": entry.organisation.slug if knows else None,
        "restricted": not knows,
        "state": entry.state,
        "purpose": wish.get("purpose", "") if knows else "",
        "start": _instant(wish["start"]),
        "end": _instant(wish["end"]),
        "wants": [
            {"code": want} if isinstance(want, str) else {k: v for k, v in want.items() if v}
            for want in wish.get("resources", [])
        ],
        "flies": bool(wish.get("volumes")),
        "within": {
            "from": _instant(flexible["period"][0]),
            "to": _instant(flexible["period"][1]),
            "weekdays": sorted(flexible["weekdays"]),
            "earliest_local": flexible["earliest"][:5],
            "latest_local": "24:00" if flexible["latest"].startswith("23:59:59") else flexible["latest"][:5],
        }
        if flexible
        else None,
        "until": to_rfc3339(entry.until),
        "offer": str(entry.offer_id) if entry.state == "offered" else None,
        "booking": str(entry.offer_id) if entry.state == "taken" else None,
        "offers_missed": entry.offers_missed,
        "reason": entry.reason if knows else "",
        "created_at": to_rfc3339(entry.created_at),
    }


def _instant(text: str) -> str:
    return text.replace("+00:00", "Z")
