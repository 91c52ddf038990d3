"""Load a site file: the installation's site gets a new version, its resources keep their ids and claim keys."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction

from bookings.models.site import Resource, Site, SiteVersion, lock_site
from bookings.models.waiting import WaitingEntry, WaitingState
from bookings.site_file import LoadedFile, read_site_file
from bookings.site_file.facts import resource_hours, resource_limits, site_facts
from bookings.site_file.shapes import ResourceTable, SiteFile
from testcentre.accounts.actions import create_organisation
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Kind
from testcentre.audit.trail import record
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Refusal, Refused
from testcentre.foundation.outbox import announce


@dataclass(frozen=True, slots=True)
class LoadedSite:
    """What loading did; ``is_new_version`` is False where the same content was loaded before."""

    code: str
    name: str
    version: int
    is_new_version: bool
    resources: tuple[str, ...]
    retired: tuple[str, ...]


def load_site(source: str | Path, *, asker: Asker | None = None) -> LoadedSite:
    """Make the site be as a file says: ``ehtw``, ``ehtw-exercise`` or the path of a TOML file.

    The same content changes nothing. Other content makes the next version: resources are matched by code, those no
    longer named go out of service, bookings stay. The organisation ``range`` is made where it is missing.

    Raises:
        Malformed: the file's faults, all at once, each with its path.
        Refused: the file is of another aerodrome or has another reference point than the site that is loaded.
    """
    file = read_site_file(source)
    with transaction.atomic():
        lock_site()
        create_organisation("range", name="Range control", kind=Kind.RANGE)
        site = Site.objects.first()
        if site is not None:
            _refuse_other_place(site, file.site)
        # the same file, read by a newer release, may say more
        is_new_version = site is None or (site.sha256, site.facts_data) != (file.sha256, _plain(site_facts(file.site)))
        retired: tuple[str, ...] = ()
        if site is None or is_new_version:
            site = _write_site(site, file)
            retired = _write_resources(site, file.site)
            _tell(site, retired, asker)
        return LoadedSite(
            code=site.code,
            name=site.name,
            version=site.version,
            is_new_version=is_new_version,
            resources=tuple(site.resources.filter(active=True).values_list("code", flat=True)),
            retired=retired,
        )


def _refuse_other_place(site: Site, wanted: SiteFile) -> None:
    here = (site.icao, site.arp_longitude_deg, site.arp_latitude_deg)
    there = (wanted.icao, wanted.reference_point.longitude_deg, wanted.reference_point.latitude_deg)
    if here != there:
        raise Refused(
            Refusal(
                code="other_site",
                message="An installation serves one site, and claims are kept in metres from its reference point.",
                field="reference_point" if site.icao == wanted.icao else "icao",
                expected="{} at {}, {}".format(*here),
                got="{} at {}, {}".format(*there),
                remedy="Start another installation for the other site (--data).",
            )
        )


def _write_site(site: Site | None, file: LoadedFile) -> Site:
    version = 1 if site is None else site.version + 1
    now = utc_now()
    wanted = file.site
    written = Site(
        id=1,
        icao=wanted.icao,
        code=wanted.code,
        name=wanted.name,
        version=version,
        exercise=wanted.exercise,
        arp_latitude_deg=wanted.reference_point.latitude_deg,
        arp_longitude_deg=wanted.reference_point.longitude_deg,
        timezone=wanted.timezone,
        sha256=file.sha256,
        facts_data=_plain(site_facts(wanted)),
        data=file.data,
        loaded_at=now,
    )
    written.save(force_insert=site is None, force_update=site is not None)
    SiteVersion.objects.create(
        site=written, version=version, code=wanted.code, sha256=file.sha256, data=file.data, loaded_at=now
    )
    return written


def _write_resources(site: Site, wanted: SiteFile) -> tuple[str, ...]:
    """Add and change resources by code; return the codes that went out of service."""
    columns = [
        resource_columns(wanted, table) | {"position": position, "active": True}
        for position, table in enumerate(wanted.resources)
    ]
    Resource.objects.bulk_create(
        [
            Resource(site=site, code=table.code, **values)
            for table, values in zip(wanted.resources, columns, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["site", "code"],
        update_fields=list(columns[0]),
    )
    gone = site.resources.filter(active=True).exclude(code__in=[table.code for table in wanted.resources])
    retired = tuple(gone.values_list("code", flat=True))
    gone.update(active=False)
    # what they wait for may be met by other resources now: beat looks
    WaitingEntry.objects.filter(state=WaitingState.WAITING).update(to_look=True)
    return retired


def resource_columns(site: SiteFile, table: ResourceTable) -> dict[str, Any]:
    """Return what a resource of a site file is in the columns of its row."""
    geometry = None
    if table.polygon is not None:
        geometry = {"type": "Polygon", "coordinates": [[list(corner) for corner in table.polygon]]}
    return {
        "name": table.name,
        "kind": table.kind.value,
        "capacity": table.capacity,
        "exclusive": table.exclusive,
        "hazard": table.hazard.value,
        "organisation_kinds": list(table.organisation_kinds),
        "qualifications": list(table.qualifications),
        "needs": [need.value for need in table.needs],
        "needs_officer": table.needs_officer,
        "setup_s": table.setup_min * 60,
        "clearup_s": table.clearup_min * 60,
        "geometry": geometry,
        "floor_ft_amsl": table.floor_ft_amsl,
        "ceiling_ft_amsl": table.ceiling_ft_amsl,
        "hours": _plain(resource_hours(site, table)),
        "limits": _plain(resource_limits(site, table)),
        "notes": table.notes,
    }


def _tell(site: Site, retired: tuple[str, ...], asker: Asker | None) -> None:
    details = {"code": site.code, "version": site.version, "sha256": site.sha256, "retired": list(retired)}
    record(asker, "site.load", subject=f"site:{site.code}", details=details)
    announce("site_changed", {"code": site.code, "name": site.name, "version": site.version, "exercise": site.exercise})


def _plain(facts: object) -> Any:
    """Return facts as the JSON values that the database gives back: tuples as lists, sets in one order."""
    return msgspec.json.decode(msgspec.json.encode(facts, order="deterministic"))
