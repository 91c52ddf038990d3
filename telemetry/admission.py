"""Confirmed bookings become grants: which link may bring data to which flight, and until when."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from uuid import UUID

from django.db.models import Q
from msgspec.structs import replace

from bookings import queries
from telemetry.bus.grants import Grant
from telemetry.recordings.models import AdmittedSource, Flight
from telemetry.recordings.phases import Phase
from testcentre.accounts.models import ApiKey
from testcentre.accounts.roles import Permission, roles_that_may

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def grants_for(now: datetime) -> list[Grant]:
    """Return the grants that hold now or will hold later, by what bookings, flights and keys say at this moment.

    A flight that ended before its time is granted as sealed until then: what still comes is counted as that, and not
    as a stranger's. Sources that range staff admitted count like the aircraft's own. Links are matched by the gateway
    (system id, signature, source), HTTP by the digests of the keys.
    """
    admissions = queries.admissions(now)
    over = Flight.objects.filter(phase__in=[Phase.ENDED, Phase.SEALED], admit_from__lte=now, admit_until__gt=now)
    ended = {flight.id: flight for flight in over}
    digests = _digests(now, {a.organisation_id for a in admissions} | {f.organisation_id for f in ended.values()})
    live = [_grant(admission, digests) for admission in admissions if admission.flight_id not in ended]
    live = _with_admitted_sources(live)
    return live + [_sealed(flight, digests) for flight in ended.values()]


def _grant(admission: queries.Admission, digests: dict[UUID, list[str]]) -> Grant:
    return Grant(
        flight=str(admission.flight_id),
        organisation=str(admission.organisation_id),
        system_id=admission.system_id,
        from_us=_us(admission.admit_from),
        until_us=_us(admission.admit_until),
        signing_key=admission.signing_key_encrypted,
        sources=list(admission.allowed_sources),
        key_digests=digests[admission.organisation_id],
    )


def _with_admitted_sources(grants: list[Grant]) -> list[Grant]:
    """Return the grants with the addresses that staff admitted to the same flight and system id."""
    rows = AdmittedSource.objects.filter(flight_id__in=[grant.flight for grant in grants], revoked_at=None)
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for flight_id, system_id, address in rows.order_by("address").values_list("flight_id", "system_id", "address"):
        found[str(flight_id), system_id].append(str(ip_network(address)))
    return [replace(grant, sources=grant.sources + found[grant.flight, grant.system_id]) for grant in grants]


def _sealed(flight: Flight, digests: dict[UUID, list[str]]) -> Grant:
    return Grant(
        flight=str(flight.id),
        organisation=str(flight.organisation_id),
        system_id=flight.system_id,
        from_us=_us(flight.admit_from),
        until_us=_us(flight.admit_until),
        key_digests=digests[flight.organisation_id],
        sealed=True,
    )


def _digests(now: datetime, organisations: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the digests of the keys that may send telemetry, per company, in a stable order."""
    valid = ApiKey.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        organisation_id__in=set(organisations),
        revoked_at=None,
        role__in=roles_that_may(Permission.SEND_TELEMETRY),
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for organisation_id, digest in valid.order_by("digest").values_list("organisation_id", "digest"):
        found[organisation_id].append(digest)
    return found


def _us(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
