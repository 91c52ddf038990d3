"""Who may watch what, asked when a socket opens and again while it is open."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from django.db.models import Q, Value
from django.db.models.functions import Now

from bookings import queries
from telemetry.live.seat import Seat
from telemetry.recordings.models import Flight
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import ApiKey, Membership
from testcentre.accounts.roles import Permission, Role


def owner_of(flight: UUID) -> UUID | None:
    """Return whose flight it is, or None when there is no such flight."""
    return Flight.objects.filter(pk=flight).values_list("organisation_id", flat=True).first()


def may_watch_range(asker: Asker) -> bool:
    """Say whether somebody may watch the whole range: its staff."""
    return asker.is_range and asker.may(Permission.WATCH_RANGE)


def may_keep(seat: Seat, asker: Asker) -> bool:
    """Say whether somebody may have a seat."""
    if seat.flight is None:
        return may_watch_range(asker)
    return seat.organisation_id is not None and queries.may_see_flight(asker, seat.organisation_id)


def without_right(seats: Collection[Seat]) -> list[Seat]:
    """Return the seats whose key or person may no longer watch; one query for all of them.

    Keys: revoked, expired or deleted. People: inactive, out of the organisation, or in another role.
    """
    keys = {seat.asker.key_id for seat in seats if seat.asker.key_id}
    users = {seat.asker.user_id for seat in seats if seat.asker.user_id}
    valid = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), id__in=keys, revoked_at=None)
    members = Membership.objects.filter(user_id__in=users, user__is_active=True)
    rows = valid.values_list(Value("key"), "id", "organisation_id", "role").union(
        members.values_list(Value("user"), "user_id", "organisation_id", "role"), all=True
    )
    roles = {(f"{kind}:{who}", organisation): Role(role) for kind, who, organisation, role in rows}
    return [
        seat for seat in seats if not _may_still(seat, roles.get((seat.asker.identity, seat.asker.organisation_id)))
    ]


def _may_still(seat: Seat, role: Role | None) -> bool:
    return role is not None and may_keep(seat, replace(seat.asker, role=role))
