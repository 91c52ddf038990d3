"""Range staff admit a source to a flight, and take it back; gateways know within a second."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_network
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bookings.queries import FlightFacts, flight_facts, needs_to_know
from telemetry.admission import grants_for
from telemetry.bus.grants import Grant
from telemetry.recordings.models import AdmittedSource, Flight
from telemetry.recordings.queries import NO_FLIGHT
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Conflict, NotFound, Refusal, Refused
from testcentre.foundation.outbox import announce

MOST_PER_FLIGHT = 16
TOLD_LINKS = "link_admitted", "link_revoked"


@dataclass(frozen=True, kw_only=True)
class WantedSource:
    """Which address shall bring packets of which system, to one flight or to the one of a booking that has it."""

    address: IPv4Address | IPv6Address
    system_id: int
    reason: str
    flight_id: UUID | None = None
    booking_id: UUID | None = None


def admit_source(asker: Asker, wanted: WantedSource, *, now: datetime) -> tuple[AdmittedSource, bool]:
    """Admit an address to a flight for the flight's time, its margins included; say whether it is new.

    Its packets come in unsigned, and are shown so. A packet that is signed is still judged by its signature.

    Raises:
        Forbidden: the role may not, or the flight is restricted and the asker has no need to know it.
        NotFound: no such flight or booking.
        Refused: the flight has another system id, admits nothing now or within 24 hours, or has 16 such sources.
        Conflict: it has ended, admits the source already, or another flight with this system id does at that time.
    """
    asker.require(Permission.ADMIT_LINKS)
    with transaction.atomic():
        flight = _flight_of(asker, wanted)
        lock_flights(wanted.system_id)
        mine = flight.admitted_sources.filter(revoked_at=None)
        known = mine.filter(address=str(wanted.address), system_id=wanted.system_id).first()
        if known is not None:
            return known, False
        _require_fit(flight, wanted, grants_for(now))
        if mine.count() >= MOST_PER_FLIGHT:
            raise Refused(Refusal("too_many_sources", "The flight has all the sources it may have.", "source", 16))
        row = AdmittedSource.objects.create(
            flight=flight, address=str(wanted.address), system_id=wanted.system_id, reason=wanted.reason
        )
        row.refresh_from_db(fields=["admitted_at"])
        _tell(asker, row, "admit_link", TOLD_LINKS[0], reason=wanted.reason)
    return row, True


def revoke_source(asker: Asker, source_id: UUID, *, reason: str, now: datetime) -> AdmittedSource:
    """Take an admitted source back; what it brought stays.

    Raises:
        Forbidden: as for admitting. NotFound: there is none. Conflict: it is revoked already.
    """
    asker.require(Permission.ADMIT_LINKS)
    with transaction.atomic():
        row = AdmittedSource.objects.select_for_update().filter(pk=source_id).first()
        if row is None:
            raise NotFound(detail="There is no such admitted source.")
        _require_need_to_know(asker, row.flight_id)
        if row.revoked_at is not None:
            raise Conflict(Refusal("revoked", "The source is revoked already."))
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _tell(asker, row, "revoke_link", TOLD_LINKS[1], reason=reason)
    return row


def admitted_sources(asker: Asker) -> "QuerySet[AdmittedSource]":
    """Return all admitted sources, revoked ones too, for range staff; see `flights_unknown_to` before showing them."""
    asker.require(Permission.WATCH_RANGE)
    return AdmittedSource.objects.select_related("flight")


def flights_unknown_to(asker: Asker, flight_ids: set[UUID]) -> set[UUID]:
    """Return the flights whose sources the asker has no need to know: an address may name a company."""
    facts = flight_facts(flight_ids)
    return {flight for flight in flight_ids if flight not in facts or not _knows(asker, facts[flight])}


def _flight_of(asker: Asker, wanted: WantedSource) -> Flight:
    named = {"pk": wanted.flight_id} if wanted.flight_id else {"booking_id": wanted.booking_id}
    flights = list(Flight.objects.filter(**named))
    if not flights:
        raise NotFound(detail=NO_FLIGHT)
    _require_need_to_know(asker, flights[0].id)
    fitting = [flight for flight in flights if flight.system_id == wanted.system_id]
    if len(fitting) != 1:
        refusal = Refusal(
            "other_system",
            "No flight of it has this system id." if not fitting else "Several flights of it have this system id.",
            "system_id",
            sorted({flight.system_id for flight in flights}),
            wanted.system_id,
            "Admit the link to the flight of its own aircraft, or let the company book the system id that it sends."
            if not fitting
            else "Name the flight.",
        )
        raise Refused(refusal)
    return fitting[0]


def _require_fit(flight: Flight, wanted: WantedSource, grants: list[Grant]) -> None:
    mine = next((grant for grant in grants if grant.flight == str(flight.id)), None)
    if mine is None:
        raise Refused(
            Refusal(
                "no_grant",
                "The flight admits no links now or within 24 hours.",
                remedy="Its booking must be confirmed, and its time not over.",
            )
        )
    if mine.sealed:
        raise Conflict(Refusal("sealed", "The flight has ended: its recording takes nothing more."))
    if _admits(mine, wanted.address):
        refusal = Refusal(
            "already_admitted", "The aircraft's own allowed sources admit this address already.", "source"
        )
        raise Conflict(refusal)
    require_alone(mine, wanted.address, grants)


def require_alone(mine: Grant, address: IPv4Address | IPv6Address, grants: list[Grant]) -> None:
    """Go on only where no other grant fits what comes from the address with the system id of this one.

    Raises:
        Conflict: another flight does at that time.
    """
    for grant in grants:
        at_once = grant.from_us < mine.until_us and mine.from_us < grant.until_us
        is_rival = grant.flight != mine.flight and grant.system_id == mine.system_id and not grant.sealed
        if is_rival and at_once and _admits(grant, address):
            raise Conflict(
                Refusal(
                    "ambiguous",
                    "Another flight with this system id admits this address then: what fits two goes to neither.",
                    "source",
                    remedy="Let one of the two sign its packets, or send from another address.",
                )
            )


def lock_flights(system_id: int) -> None:
    """Lock all open flights of a system id: two of them must not get the same source at once."""
    same_system = Flight.objects.filter(system_id=system_id, sealed_at=None)
    list(same_system.select_for_update().order_by("id").values_list("id"))


def _admits(grant: Grant, address: IPv4Address | IPv6Address) -> bool:
    return any(address in ip_network(source, strict=False) for source in grant.sources)


def _require_need_to_know(asker: Asker, flight_id: UUID) -> None:
    if flights_unknown_to(asker, {flight_id}):
        asker.require(Permission.SEE_RESTRICTED)


def _knows(asker: Asker, facts: FlightFacts) -> bool:
    return needs_to_know(asker, organisation_id=facts.organisation_id, classification=facts.classification)


def _tell(asker: Asker, row: AdmittedSource, action: str, kind: str, *, reason: str) -> None:
    details = {"source": row.address, "system_id": row.system_id, "admitted_source": str(row.id)}
    record(asker, action, subject=f"flight:{row.flight_id}", reason=reason, details=details)
    announce(kind, {"flight": str(row.flight_id), "admitted_source": str(row.id)}, flight_ids=[row.flight_id])
