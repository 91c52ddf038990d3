"""Who and what a wish names, kept in the process for as long as not a row of it has changed.

Every decision reads the organisation, aircraft, pilots and their papers, and they hardly ever change. One statement
asks for the stamps of all these rows; only what has others than before is read anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection

from bookings.models import Aircraft, Pilot
from bookings.queries.papers import organisation_facts
from bookings.rules.facts import OrganisationFacts
from testcentre.accounts.models import Organisation

# id, version, and the transaction that wrote it: a version that was undone may be given again, its transaction not
Stamp: TypeAlias = tuple[UUID, int, str]

MOST_KEPT = 1000
_STAMPS = """
    SELECT id, 0, xmin::text FROM accounts_organisation WHERE id = %(organisation)s
    UNION ALL
    SELECT id, version, xmin::text FROM bookings_aircraft
    WHERE organisation_id = %(organisation)s AND id = ANY(%(aircraft)s)
    UNION ALL
    SELECT id, version, xmin::text FROM bookings_pilot
    WHERE organisation_id = %(organisation)s AND id = ANY(%(pilots)s)
    UNION ALL
    SELECT id, version, xmin::text FROM bookings_paper
    WHERE organisation_id = %(organisation)s
      AND (aircraft_id = ANY(%(aircraft)s) OR pilot_id = ANY(%(pilots)s) OR (aircraft_id IS NULL AND pilot_id IS NULL))
"""


@dataclass(frozen=True, slots=True)
class Fleet:
    """What of an organisation was asked for; ids that are none of its own are absent. Shared: never changed."""

    organisation: Organisation
    facts: OrganisationFacts
    aircraft: Mapping[UUID, Aircraft]
    pilots: Mapping[UUID, Pilot]


def fleet_of(organisation_id: UUID, crew: Sequence[tuple[UUID, UUID]]) -> Fleet:
    """Return the organisation with these (aircraft id, pilot id), as they are at this moment."""
    aircraft, pilots = frozenset(one for one, _ in crew), frozenset(one for _, one in crew)
    wanted: dict[str, Any] = {"organisation": organisation_id, "aircraft": list(aircraft), "pilots": list(pilots)}
    with connection.cursor() as cursor:
        cursor.execute(_STAMPS, wanted)
        stamps = frozenset(cursor.fetchall())
    return _read(organisation_id, aircraft, pilots, stamps)


@lru_cache(maxsize=MOST_KEPT)
def _read(organisation_id: UUID, aircraft: frozenset[UUID], pilots: frozenset[UUID], stamps: frozenset[Stamp]) -> Fleet:
    """Read what has these stamps, or newer ones: then nobody asks for these again."""
    organisation = Organisation.objects.get(pk=organisation_id)
    ours = {"organisation_id": organisation_id}
    return Fleet(
        organisation,
        organisation_facts(organisation),
        Aircraft.objects.filter(**ours).prefetch_related("papers").in_bulk(aircraft),
        Pilot.objects.filter(**ours).prefetch_related("papers").in_bulk(pilots),
    )
