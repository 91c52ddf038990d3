"""WHERE: the site that this installation serves, its versions, and its resources."""

import uuid
from typing import Any, ClassVar

import msgspec
from django.db import connection, models

from bookings.geometry import SitePlane, plane_at
from bookings.models.claim_key import ClaimKeyField
from bookings.rules.facts import Hazard, Limits, OpeningHours, ResourceFacts, ResourceKind, SiteFacts
from testcentre.foundation.errors import Refusal, Unavailable

SITE_LOCK = 0x45485457  # "EHTW": any number will do that no other advisory lock of this database uses


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

    @property
    def facts(self) -> SiteFacts:
        """The site as rules see it."""
        return msgspec.convert(self.facts_data, SiteFacts)


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

    @property
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
            active=self.active,
        )


def current_site() -> Site:
    """Return the site that this installation serves; Unavailable where none is loaded yet."""
    site = Site.objects.first()
    if site is None:
        raise Unavailable(
            Refusal(
                code="no_site",
                message="No site is loaded yet.",
                expected="a site",
                remedy="Load one: testcentre site load ehtw",
            )
        )
    return site


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
