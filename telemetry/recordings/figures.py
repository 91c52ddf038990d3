"""A link's figures as its row keeps them, and as the API and the manifest tell them."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from telemetry.quality.figures import figures as figures_of
from telemetry.quality.link import LinkQuality
from telemetry.recordings.models import Flight, FlightLink
from testcentre.foundation.clock import to_rfc3339

_DECODER = msgspec.msgpack.Decoder(LinkQuality)


def quality_of(link: FlightLink) -> LinkQuality:
    """Return what was found out of a link so far."""
    return _DECODER.decode(bytes(link.quality)) if link.quality else LinkQuality()


def packed(quality: LinkQuality) -> bytes:
    """Return it as the row keeps it, a few kB."""
    return msgspec.msgpack.encode(quality)


def link_figures(link: FlightLink) -> dict[str, Any]:
    """Return a link's figures; `rate_hz` and `bytes_per_s` are means from its first to its last record, or None."""
    quality = quality_of(link)
    passed_s = (link.last_us - link.first_us) / 1e6 if link.first_us is not None and link.last_us is not None else 0.0
    return {
        **figures_of(quality),
        "rate_hz": round(quality.packets / passed_s, 2) if passed_s else None,
        "bytes_per_s": round(link.bytes / passed_s) if passed_s else None,
    }


def links_told(flight: Flight) -> list[dict[str, Any]]:
    """Return a flight's links as the API tells them, in the order in which they came to be: what is drained so far."""
    accounts = {(link["name"], link["kind"]): link.get("account") for link in (flight.manifest or {}).get("links", [])}
    found = FlightLink.objects.filter(flight=flight).order_by("id")
    return [_link_told(link, accounts.get((link.name, link.kind))) for link in found]


def _link_told(link: FlightLink, account: dict[str, Any] | None) -> dict[str, Any]:
    quality = quality_of(link)
    return {
        "name": link.name,
        "kind": link.kind,
        "records": link.records,
        "bytes": link.bytes,
        "first": _time(link.first_us),
        "last": _time(link.last_us),
        "ended": link.ended,
        "unreadable_bytes": quality.unreadable_bytes,
        "gaps": quality.gaps,
        "packets_in": link.packets_in,
        "bytes_in": link.bytes_in,
        "refused": link.refused,
        "refused_bytes": link.refused_bytes,
        "quality": link_figures(link),
        "account": account,
    }


def _time(time_us: int | None) -> str | None:
    return None if time_us is None else to_rfc3339(datetime.fromtimestamp(time_us / 1e6, UTC))
