"""The emergency door: a link that belongs to no booking is admitted now, and its papers come later. It is loud."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bookings.actions.admit_unbooked import Unbooked, admit_unbooked
from telemetry.admission import grants_for
from telemetry.admitted_sources import lock_flights, require_alone
from telemetry.recordings.models import EmergencyAdmission
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Conflict, Malformed, NotFound, Refusal
from testcentre.foundation.outbox import announce


@dataclass(frozen=True, kw_only=True)
class WantedEmergency:
    """Which link shall be let in, why, for how long, and what it is called until its papers say better."""

    address: IPv4Address | IPv6Address
    system_id: int
    reason: str
    name: str
    kind: str
    minutes: int


def admit_in_emergency(asker: Asker, wanted: WantedEmergency, *, now: datetime) -> EmergencyAdmission:
    """Admit a link to a flight of its own, made now: recorded and shown within a second, as unsigned.

    Raises:
        Forbidden: the asker is not the range's operator.
        Conflict: another flight with this system id admits the source at that time: the link belongs there.
        Unavailable: no site is loaded.
    """
    made: list[EmergencyAdmission] = []
    unbooked = Unbooked(
        name=wanted.name,
        kind=wanted.kind,
        system_id=wanted.system_id,
        source=str(ip_network(str(wanted.address))),
        reason=wanted.reason,
        duration=timedelta(minutes=wanted.minutes),
    )
    admit_unbooked(asker, unbooked, now=now, then=lambda flight_id: made.append(_enter(asker, wanted, flight_id, now)))
    return made[-1]


def add_papers(
    asker: Asker, emergency_id: UUID, *, organisation: str, aircraft: str, now: datetime
) -> EmergencyAdmission:
    """Say whose it was: an organisation by its slug, and the aircraft as its papers name it. The notice ends.

    The flight and its recording stay the range's own.

    Raises:
        Forbidden: the role may not. NotFound: there is none. Malformed: no such organisation.
        Conflict: the papers are there.
    """
    asker.require(Permission.ADMIT_LINKS)
    owner = Organisation.objects.filter(slug=organisation).first()
    if owner is None:
        refusal = Refusal("unknown_organisation", "There is no such organisation.", "organisation", "a slug")
        raise Malformed(refusal)
    with transaction.atomic():
        row = EmergencyAdmission.objects.select_for_update().filter(pk=emergency_id).first()
        if row is None:
            raise NotFound(detail="There is no such emergency admission.")
        if row.papers_at is not None:
            raise Conflict(Refusal("papers_there", "Its papers are there already."))
        row.organisation, row.aircraft, row.papers_at = owner, aircraft, now
        row.save(update_fields=["organisation", "aircraft", "papers_at"])
        record(asker, "emergency_papers", subject=f"flight:{row.flight_id}", details={"organisation": str(owner.id)})
        _announce("emergency_papers", row)
    return row


def emergencies(asker: Asker) -> "QuerySet[EmergencyAdmission]":
    """Return all emergency admissions, those with papers too, for range staff."""
    asker.require(Permission.WATCH_RANGE)
    return EmergencyAdmission.objects.select_related("flight", "organisation")


def _enter(asker: Asker, wanted: WantedEmergency, flight_id: UUID, now: datetime) -> EmergencyAdmission:
    lock_flights(wanted.system_id)
    grants = grants_for(now)
    require_alone(next(grant for grant in grants if grant.flight == str(flight_id)), wanted.address, grants)
    row = EmergencyAdmission.objects.create(
        flight_id=flight_id,
        address=str(wanted.address),
        system_id=wanted.system_id,
        name=wanted.name,
        reason=wanted.reason,
        admitted_at=now,
    )
    details = {"source": row.address, "system_id": row.system_id}
    record(asker, "emergency_admission", subject=f"flight:{flight_id}", reason=wanted.reason, details=details)
    _announce("emergency_admission", row)
    return row


def _announce(kind: str, row: EmergencyAdmission) -> None:
    payload = {"flight": str(row.flight_id), "emergency_admission": str(row.id)}
    announce(kind, payload, flight_ids=[row.flight_id])
