"""Booked volumes as UAS geographical zones: GeoJSON of EUROCAE ED-318."""

import datetime as dt
from typing import Any

from bookings.notices.notam_draft import NoticeFacts
from bookings.rules.facts import SiteFacts, VolumeFacts, VolumeKind
from testcentre.foundation.clock import to_rfc3339

LANGUAGE = "en-GB"
_NAMES = {
    VolumeKind.FLIGHT_GEOGRAPHY: "Flight geography",
    VolumeKind.CONTINGENCY: "Contingency volume",
    VolumeKind.GROUND_RISK_BUFFER: "Ground risk buffer",
}


def geozones(facts: NoticeFacts, *, icao: str, site: SiteFacts, issued: dt.datetime) -> dict[str, Any]:
    """Return a feature for each volume, in their order; it says where, when and how high, and never whose.

    Layers are feet AMSL; a floor at the ground is 0 AGL. An identifier is the aerodrome and the volume's number, at
    most seven characters as the standard asks; it is unique within this collection.
    """
    exercise = "EXERCISE " if site.exercise else ""
    begins, ends = min(start for start, _ in facts.periods), max(end for _, end in facts.periods)
    return {
        "type": "FeatureCollection",
        "name": f"{exercise}{site.notices.place} booked volumes",
        "title": f"{exercise}{site.notices.place} booked volumes",
        "metadata": {
            "provider": [_said(site.name)],
            "issued": to_rfc3339(issued),
            "validFrom": to_rfc3339(begins),
            "validTo": to_rfc3339(ends),
        },
        "features": [
            _feature(volume, f"{icao}{number:03d}", exercise + _NAMES[volume.kind], facts, site=site)
            for number, volume in enumerate(facts.volumes, start=1)
        ],
    }


def _feature(volume: VolumeFacts, identifier: str, name: str, facts: NoticeFacts, *, site: SiteFacts) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": identifier,
        "properties": {
            "identifier": identifier,
            "country": site.notices.country,
            "name": [_said(name)],
            "type": "REQ_AUTHORIZATION",
            "variant": "COMMON",
            "reason": ["AIR_TRAFFIC"],
            "limitedApplicability": [
                {"startDateTime": to_rfc3339(start), "endDateTime": to_rfc3339(end)} for start, end in facts.periods
            ],
            "zoneAuthority": [
                {
                    "purpose": "AUTHORIZATION",
                    "intervalBefore": f"PT{site.limits.lead_time_others_h:g}H",
                    "name": [_said(site.name)],
                }
            ],
        },
        "geometry": {
            "type": "Polygon",
            "layer": _layer(volume),
            "coordinates": [[list(corner) for corner in volume.outline]],
        },
    }


def _layer(volume: VolumeFacts) -> dict[str, Any]:
    on_ground = volume.floor_ft_amsl is None
    return {
        "upper": volume.ceiling_ft_amsl,
        "upperReference": "AMSL",
        "lower": 0 if on_ground else volume.floor_ft_amsl,
        "lowerReference": "AGL" if on_ground else "AMSL",
        "uom": "ft",
    }


def _said(text: str) -> dict[str, str]:
    return {"text": text, "lang": LANGUAGE}
