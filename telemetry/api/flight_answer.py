"""A flight as the API tells it."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from bookings.queries import FlightFacts, flight_facts
from telemetry.api.newest import Newest, newest_of
from telemetry.recordings.figures import links_told
from telemetry.recordings.models import Flight
from telemetry.recordings.phases import Phase
from testcentre.accounts.asker import Asker
from testcentre.foundation.clock import utc_now


class FlightAnswer(serializers.Serializer):  # type: ignore[type-arg]
    """How the schema describes a flight; what the asker has no need to know is null."""

    id = serializers.UUIDField()
    booking = serializers.UUIDField(allow_null=True)
    booking_number = serializers.CharField(allow_null=True)
    organisation = serializers.UUIDField(allow_null=True)
    organisation_name = serializers.CharField(allow_null=True)
    aircraft = serializers.UUIDField(allow_null=True)
    aircraft_name = serializers.CharField(allow_null=True)
    aircraft_kind = serializers.CharField(allow_null=True)
    system_id = serializers.IntegerField(allow_null=True)
    phase = serializers.ChoiceField(choices=[p.value for p in Phase])
    start = serializers.DateTimeField(allow_null=True)
    end = serializers.DateTimeField(allow_null=True)
    admit_from = serializers.DateTimeField()
    admit_until = serializers.DateTimeField()
    sample = serializers.DictField(allow_null=True)
    link = serializers.ChoiceField(choices=["fresh", "late", "stale", "lost"], allow_null=True)
    started = serializers.DateTimeField(allow_null=True)
    ended = serializers.DateTimeField(allow_null=True)
    samples = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sealed = serializers.BooleanField()
    sealed_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    volumes = serializers.ListField(child=serializers.DictField())
    manifest = serializers.DictField(allow_null=True)


class OneFlightAnswer(FlightAnswer):
    """How the schema describes a flight asked for alone: with its links, null to who may not know whose it is."""

    links = serializers.ListField(child=serializers.DictField(), allow_null=True)


def one_flight_answer(flight: Flight, asker: Asker) -> dict[str, Any]:
    """Return a flight with its links; these are null to those who may not know whose it is: their names tell it."""
    (answer,) = flight_answers([flight], asker)
    is_known = answer["aircraft"] is not None
    return {**answer, "links": links_told(flight) if is_known else None}


def flight_answers(flights: Sequence[Flight], asker: Asker) -> list[dict[str, Any]]:
    """Return flights as the asker may read them, in three queries however many they are."""
    facts = flight_facts([flight.id for flight in flights])
    newest = newest_of(flights, now=utc_now())
    return [_answer(flight, facts.get(flight.id), newest[str(flight.id)], asker) for flight in flights]


def _answer(flight: Flight, facts: FlightFacts | None, newest: Newest, asker: Asker) -> dict[str, Any]:
    seen = facts.as_seen_by(asker) if facts else None
    # Of a restricted flight even the ids would lead to the company for who may not know it.
    known = asker.organisation_id == flight.organisation_id or (seen is not None and seen.organisation_name is not None)
    return {
        "id": flight.id,
        "booking": flight.booking_id if known else None,
        "booking_number": seen.booking_number if seen else None,
        "organisation": flight.organisation_id if known else None,
        "organisation_name": seen.organisation_name if seen else None,
        "aircraft": flight.aircraft_id if known else None,
        "aircraft_name": seen.aircraft_name if seen else None,
        "aircraft_kind": seen.aircraft_kind if seen else None,
        "system_id": flight.system_id if known else None,
        "phase": flight.phase,
        "start": seen.start if seen else None,
        "end": seen.end if seen else None,
        "admit_from": flight.admit_from,
        "admit_until": flight.admit_until,
        "sample": newest.sample,
        "link": newest.link,
        "started": flight.started,
        "ended": flight.ended,
        "samples": flight.samples,
        "bytes": flight.bytes,
        "sealed": flight.phase == Phase.SEALED,
        "sealed_at": flight.sealed_at,
        "sha256": flight.sha256 or None,
        "volumes": list(seen.volumes) if seen else [],
        "manifest": flight.manifest if known else None,
    }
