"""WHERE: the site that this installation serves, its versions, and its resources."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

import msgspec
from django.db import connection, models
from django.utils.functional import cached_property

from bookings.geometry import SitePlane, plane_at
from bookings.models.claim_key import ClaimKeyField
from bookings.rules.facts import Hazard, Limits, OpeningHours, ResourceFacts, ResourceKind, SiteFacts
from bookings.rules.hazard_details import HazardNeed
from bookings.tariff import Tariff
from testcentre.foundation.errors import Refusal, Unavailable

SITE_LOCK = 0x45485457  # "EHTW": any number will do that no other advisory lock of this database uses


# the site as this process read it last
_kept: "dict[str, Site]" = {}
# the same, for as long as whoever asks holds the site's lock; empty before the first question
_locked: "ContextVar[list[Site] | None]" = ContextVar("locked", default=None)


class Site(models.Model):
    """The one site of this installation, as its newest version says; the check keeps it the only row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    icao = models.CharField(max_length=4)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    exercise = models.BooleanField()
    arp_latitude_deg = models.FloatField()
    arp_longitude_deg = models.FloatField()
    timezone = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    facts_data = models.JSONField()
    data = models.JSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="site_is_the_only_one"),
        ]

    def __str__(self) -> str:
        return f"{self.code} version {self.version}"

    @cached_property
    def facts(self) -> SiteFacts:
        """The site as rules see it."""
        return msgspec.convert(self.facts_data, SiteFacts)

    @cached_property
    def tariff(self) -> Tariff:
        """What bookings that are made now cost."""
        return msgspec.convert(self.data["tariff"], Tariff)

    @cached_property
    def all_resources(self) -> "list[Resource]":
        """All resources of this version and those that went out of service, in the order of the file."""
        return list(self.resources.all())


class SiteVersion(models.Model):
    """What was loaded when; never changed after it is written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    code = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    data = models.JSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "version"], name="site_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} version {self.version}"


class Resource(models.Model):
    """One bookable thing of the site; keeps its id and claim key through all versions of the site file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="resources")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, choices=[(kind.value, kind.value) for kind in ResourceKind])
    claim_key = ClaimKeyField()
    capacity = models.PositiveIntegerField()
    exclusive = models.BooleanField(help_text="Naming it claims all lanes, whatever the capacity.")
    hazard = models.CharField(max_length=10, choices=[(hazard.value, hazard.value) for hazard in Hazard])
    organisation_kinds = models.JSONField(default=list, help_text="Who may name it; empty: anyone.")
    qualifications = models.JSONField(default=list, help_text="What wants for any of its kind may ask for.")
    needs = models.JSONField(default=list, help_text="What a booking that names it says of the hazard.")
    needs_officer = models.CharField(
        max_length=40, blank=True, default="", help_text="The qualification of somebody who is booked with it."
    )
    setup_s = models.PositiveIntegerField()
    clearup_s = models.PositiveIntegerField()
    geometry = models.JSONField(null=True, help_text="GeoJSON Polygon or Point, WGS-84.")
    floor_ft_amsl = models.IntegerField(null=True, help_text="None: from the ground.")
    ceiling_ft_amsl = models.IntegerField(null=True, help_text="None: no height of its own.")
    hours = models.JSONField()
    limits = models.JSONField()
    notes = models.TextField(blank=True)
    position = models.PositiveIntegerField(help_text="Its place in the site file; lists are in this order.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["position", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "code"], name="resource_code_once_per_site"),
            models.CheckConstraint(condition=models.Q(capacity__gte=1), name="resource_has_capacity"),
        ]

    def __str__(self) -> str:
        return self.code

    @cached_property
    def facts(self) -> ResourceFacts:
        """The resource as rules see it."""
        return ResourceFacts(
            id=self.id,
            code=self.code,
            name=self.name,
            kind=ResourceKind(self.kind),
            capacity=self.capacity,
            exclusive=self.exclusive,
            hazard=Hazard(self.hazard),
            organisation_kinds=frozenset(self.organisation_kinds),
            hours=msgspec.convert(self.hours, OpeningHours),
            limits=msgspec.convert(self.limits, Limits),
            setup_s=self.setup_s,
            clearup_s=self.clearup_s,
            outline=_outline(self.geometry),
            floor_ft_amsl=self.floor_ft_amsl,
            ceiling_ft_amsl=self.ceiling_ft_amsl,
            qualifications=frozenset(self.qualifications),
            needs=frozenset(HazardNeed(need) for need in self.needs),
            needs_officer=self.needs_officer,
            active=self.active,
        )


def current_site() -> Site:
    """Return the site that this installation serves; Unavailable where none is loaded yet.

    Every request asks for it, so a process keeps the version that it read last, with all that was derived from it, and
    asks the database only whether that is still the newest; under the site's lock, once.
    """
    locked = _locked.get()
    if locked:
        return locked[0]
    site = _newest_site()
    if locked is not None:
        locked.append(site)
    return site


@contextmanager
def locked_site() -> Iterator[None]:
    """Take the site's lock until the transaction ends: one writer of bookings or site at a time (READ COMMITTED).

    Inside, the site is what it was at the first question: nobody loads another one.
    """
    lock_site()
    token = _locked.set([])
    try:
        yield
    finally:
        _locked.reset(token)


def _newest_site() -> Site:
    with connection.cursor() as cursor:
        # in SQL: it is asked several times in each action, and building a query costs more than answering it
        cursor.execute("SELECT version, sha256, loaded_at FROM bookings_site")
        newest = cursor.fetchone()
    if newest is None:
        raise Unavailable(
            Refusal(
                code="no_site",
                message="No site is loaded yet.",
                expected="a site",
                remedy="Load one: testcentre site load ehtw",
            )
        )
    kept = _kept.get("site")
    if kept is None or (kept.version, kept.sha256, kept.loaded_at) != newest:
        kept = _kept["site"] = Site.objects.get()
    return kept


def tariff_of_version(version: int) -> Tariff:
    """Return the tariff of a version of the site that was loaded once."""
    return msgspec.convert(SiteVersion.objects.values_list("data__tariff", flat=True).get(version=version), Tariff)


def lock_site() -> None:
    """Take the site's lock until the transaction ends: one writer of bookings or site at a time (READ COMMITTED)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SITE_LOCK])


def site_plane(site: Site | SiteFacts) -> SitePlane:
    """Return the plane in which claims keep their outlines: metres from the site's reference point."""
    return plane_at(site.arp_latitude_deg, site.arp_longitude_deg)


def _outline(geometry: dict[str, Any] | None) -> tuple[tuple[float, float], ...] | None:
    if geometry is None or geometry["type"] != "Polygon":
        return None
    return tuple((corner[0], corner[1]) for corner in geometry["coordinates"][0])
