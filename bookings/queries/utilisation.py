"""How the range is used: hours asked, granted, used, flown, and what became of the rest."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from bookings.models import Resource, Site, current_site
from bookings.queries.utilisation_sql import FIGURES
from bookings.rules.facts import Classification, OpeningHours, Period, SiteFacts
from bookings.rules.opening_hours import open_periods
from bookings.rules.states import BookingState
from bookings.tariff.blocks import half_days
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.accounts.roles import Permission
from testcentre.foundation.clock import to_rfc3339

KINDS = ("asked", "granted", "used", "flown", "cancelled", "no_show", "weather", "closed")
_GOING_ON = (BookingState.CHECKED_IN, BookingState.ACTIVE)
_USED = (*_GOING_ON, BookingState.COMPLETED)
Key = tuple[int, UUID | None, UUID | None]


class By(StrEnum):
    """What the rows are."""

    RESOURCE = "resource"
    COMPANY = "company"
    HALF_DAY = "half_day"


def utilisation(asker: Asker, *, by: By, period: Period, now: dt.datetime) -> list[dict[str, Any]]:
    """Return rows of hours within a period: all for range staff, of a company its own bookings alone.

    `open_h` is the denominator: the opening hours of the resource, or of the site. What is restricted counts; whose it
    is stays hidden where the asker has no need to know. Closures are told to range staff only: a company reads None.
    Three queries, however much there is.
    """
    asker.require(Permission.SEE_BOOKINGS)
    site = current_site()
    facts = site.facts
    cells = _half_days(site, period) if by is By.HALF_DAY else [period]
    hours_h = _read(asker, by=by, cells=cells, period=period, now=now)
    if by is By.COMPANY:
        return _company_rows(asker, hours_h, open_h=_open_h(facts.hours, facts, period))
    resources = {one.id: one for one in Resource.objects.filter(site=site)}
    keys = sorted(hours_h, key=lambda key: (key[0], key[1] is None, _position(resources, key[1])))
    if by is By.RESOURCE:
        asked = [key for key in keys if key[1] is None]
        keys = [(0, one.id, None) for one in resources.values() if one.active or (0, one.id, None) in hours_h] + asked
    return [
        {
            **(_cell(cells[key[0]], zone=site.timezone) if by is By.HALF_DAY else {}),
            **_resource(resources.get(key[1]) if key[1] else None),
            "open_h": opened,
            **_figures(hours_h[key], is_range=asker.is_range),
        }
        for key, opened in zip(keys, _opened(keys, resources, cells, facts), strict=True)
    ]


def _read(
    asker: Asker, *, by: By, cells: Sequence[Period], period: Period, now: dt.datetime
) -> dict[Key, dict[str, float]]:
    parameters: dict[str, Any] = {
        "cells": [f"[{start.isoformat()},{end.isoformat()})" for start, end in cells],
        "since": period[0],
        "until": period[1],
        "now": now,
        "asker": asker.organisation_id,
        "only": None if asker.is_range else asker.organisation_id,
        "knows": asker.may(Permission.SEE_RESTRICTED),
        "open_label": Classification.UNCLASSIFIED.value,
        "going_on": [state.value for state in _GOING_ON],
        "used": [state.value for state in _USED],
        "tells_closures": asker.is_range and by is not By.COMPANY,
        "by_resource": by is not By.COMPANY,
    }
    found: dict[Key, dict[str, float]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, parameters)
        for n, resource_id, organisation_id, what, seconds in cursor.fetchall():
            found[n, resource_id, organisation_id][what] = seconds / 3600
    return found


def _company_rows(asker: Asker, hours_h: dict[Key, dict[str, float]], *, open_h: float) -> list[dict[str, Any]]:
    """Return a row per company by name; what is restricted is one row without a name, the last."""
    companies = Organisation.objects.in_bulk([organisation_id for _, _, organisation_id in hours_h if organisation_id])
    named = sorted((companies[its_id].name, its_id) for _, _, its_id in hours_h if its_id)
    rows: list[dict[str, Any]] = [
        {"company": companies[its_id].slug, "name": name, "restricted": False, "open_h": open_h}
        | _figures(hours_h[0, None, its_id], is_range=False)
        for name, its_id in named
    ]
    if hidden := hours_h.get((0, None, None)):
        rows.append(
            {"company": None, "name": None, "restricted": True, "open_h": open_h} | _figures(hidden, is_range=False)
        )
    return rows


def _figures(hours_h: dict[str, float], *, is_range: bool) -> dict[str, float | None]:
    told = {f"{what}_h": round(hours_h.get(what, 0.0), 3) for what in KINDS}
    return {**told, "closed_h": told["closed_h"] if is_range else None}


def _resource(resource: Resource | None) -> dict[str, Any]:
    """Return how a row names its resource; None is what names no resource: volumes alone."""
    return {
        "resource": resource.code if resource else None,
        "name": resource.name if resource else None,
        "kind": resource.kind if resource else None,
    }


def _cell(cell: Period, *, zone: str) -> dict[str, str]:
    local = cell[0].astimezone(ZoneInfo(zone))
    return {"date": local.date().isoformat(), "start": to_rfc3339(cell[0]), "end": to_rfc3339(cell[1])}


def _half_days(site: Site, period: Period) -> list[Period]:
    """Return the half days of the site's clock within a period, the first and last cut to it."""
    begins = half_days(*period, begins=site.tariff.half_day_begins_local, timezone=site.timezone)
    return list(zip(begins, [*begins[1:], period[1]], strict=True))


def _opened(
    keys: Sequence[Key], resources: dict[UUID, Resource], cells: Sequence[Period], facts: SiteFacts
) -> Iterable[float]:
    """Yield the open hours of each row's resource in its cell; those with equal hours are reckoned once."""
    known: dict[tuple[int, bytes], float] = {}
    for n, resource_id, _ in keys:
        resource = resources.get(resource_id) if resource_id else None
        hours = msgspec.convert(resource.hours, OpeningHours) if resource else facts.hours
        name = n, msgspec.json.encode(resource.hours if resource else "")
        if name not in known:
            known[name] = _open_h(hours, facts, cells[n])
        yield known[name]


def _open_h(hours: OpeningHours, facts: SiteFacts, period: Period) -> float:
    opened = open_periods(hours, site=facts, start=period[0], end=period[1])
    return round(sum((end - start).total_seconds() for start, end in opened) / 3600, 3)


def _position(resources: dict[UUID, Resource], resource_id: UUID | None) -> int:
    return resources[resource_id].position if resource_id else 0
