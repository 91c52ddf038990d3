"""Take an aircraft or pilot out of the fleet: erased where no booking ever named it, retired where one does."""

import datetime as dt
from uuid import UUID

from bookings.actions.recheck_bookings import recheck
from bookings.actions.transaction import in_site_transaction
from bookings.actions.versions import refuse_other_version
from bookings.models import Aircraft, Crew, Pilot
from bookings.queries.access import access_aircraft, access_pilot
from bookings.queries.papers import bookings_with
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record


def leave_aircraft(asker: Asker, aircraft_id: UUID, *, now: dt.datetime, version: int | None) -> Aircraft | None:
    """Return the retired aircraft, or None where it and its papers are erased; its future bookings need attention.

    Raises:
        NotFound: the organisation has no such aircraft.
        Forbidden: the asker's role may not write the fleet.
        PreconditionFailed: the aircraft has changed since that version.
    """

    def work() -> Aircraft | None:
        aircraft = access_aircraft(asker, aircraft_id)
        _check(asker, aircraft, version=version)
        named = Crew.objects.filter(aircraft=aircraft).exists()
        if _left(asker, aircraft, f"aircraft:{aircraft.id}", named=named, now=now):
            return None
        recheck(bookings_with(organisation_id=aircraft.organisation_id, aircraft_id=aircraft_id), asker=asker, now=now)
        return aircraft

    return in_site_transaction(work)


def leave_pilot(asker: Asker, pilot_id: UUID, *, now: dt.datetime, version: int | None) -> Pilot | None:
    """Return the retired pilot, or None where they and their papers are erased; their future bookings need attention.

    Raises:
        NotFound: the organisation has no such pilot.
        Forbidden: the asker's role may not write the fleet.
        PreconditionFailed: the pilot has changed since that version.
    """

    def work() -> Pilot | None:
        pilot = access_pilot(asker, pilot_id)
        _check(asker, pilot, version=version)
        named = Crew.objects.filter(pilot=pilot).exists()
        if _left(asker, pilot, f"pilot:{pilot.id}", named=named, now=now):
            return None
        recheck(bookings_with(organisation_id=pilot.organisation_id, pilot_id=pilot_id), asker=asker, now=now)
        return pilot

    return in_site_transaction(work)


def _check(asker: Asker, one: Aircraft | Pilot, *, version: int | None) -> None:
    asker.require(Permission.WRITE_FLEET)
    refuse_other_version(one.version, read=version)


def _left(asker: Asker, one: Aircraft | Pilot, subject: str, *, named: bool, now: dt.datetime) -> bool:
    """Erase or retire it; return whether it is erased."""
    kind = subject.partition(":")[0]
    record(asker, f"{kind}.retire" if named else f"{kind}.erase", subject=subject)
    if not named:
        one.delete()
        return True
    one.retired_at = one.retired_at or now
    one.version += 1
    one.save(update_fields=["retired_at", "version"])
    return False
