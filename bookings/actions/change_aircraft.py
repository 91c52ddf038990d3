"""Change an aircraft of the own organisation, and look again at the bookings that it is to fly."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookings.actions.add_aircraft import as_stored, save_aircraft
from bookings.actions.recheck_bookings import recheck
from bookings.actions.transaction import in_site_transaction
from bookings.actions.versions import refuse_other_version
from bookings.actions.write_papers import set_papers
from bookings.models import Aircraft
from bookings.queries.access import access_aircraft
from bookings.queries.papers import bookings_with
from bookings.rules.facts import PaperFacts, PaperKind
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record


def change_aircraft(
    asker: Asker, aircraft_id: UUID, changes: Mapping[str, Any], *, now: dt.datetime, version: int | None
) -> Aircraft:
    """Change what `changes` names: columns as in AircraftEntry, `retired`, and `insurance`.

    `insurance` (PaperFacts or None) stands for all insurances that the aircraft has of its own. Bookings that the
    change leaves without valid papers need attention at once, and those that it heals no longer do.

    Raises:
        NotFound: the organisation has no such aircraft.
        Forbidden: the asker's role may not write the fleet.
        PreconditionFailed: the aircraft has changed since that version.
        Refused: the organisation has another one with this serial number.
    """

    def work() -> Aircraft:
        aircraft = access_aircraft(asker, aircraft_id)
        asker.require(Permission.WRITE_FLEET)
        refuse_other_version(aircraft.version, read=version)
        columns = dict(changes)
        if "insurance" in columns:
            insurance: PaperFacts | None = columns.pop("insurance")
            own = aircraft.papers.filter(kind=PaperKind.INSURANCE)
            set_papers(aircraft, [insurance] if insurance else [], among=own)
        if "retired" in columns:
            aircraft.retired_at = (aircraft.retired_at or now) if columns.pop("retired") else None
        for name, value in as_stored(columns).items():
            setattr(aircraft, name, value)
        aircraft.version += 1
        save_aircraft(aircraft)
        record(asker, "aircraft.change", subject=f"aircraft:{aircraft.id}", details={"fields": sorted(changes)})
        recheck(bookings_with(organisation_id=aircraft.organisation_id, aircraft_id=aircraft.id), asker=asker, now=now)
        return access_aircraft(asker, aircraft_id)

    return in_site_transaction(work)
