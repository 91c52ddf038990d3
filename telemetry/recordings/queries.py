"""Reads of what was kept; who may see what is decided here and nowhere else."""

from uuid import UUID

from django.db.models import QuerySet

from bookings.queries import flight_facts, may_see_flight, needs_to_know
from telemetry.recordings.models import Chunk, Flight, Log, TrackSegment
from telemetry.recordings.track_rows import Rows, unpack
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.errors import NotFound

NO_FLIGHT = "There is no such flight."
NO_LOG = "There is no such log."


def flights_of(asker: Asker) -> "QuerySet[Flight]":
    """Return the flights that the asker may know of: all for range staff, those of the own organisation for others."""
    asker.require(Permission.SEE_FLIGHTS)
    return Flight.objects.all() if asker.is_range else Flight.objects.filter(organisation_id=asker.organisation_id)


def access_flight(asker: Asker, flight_id: UUID) -> Flight:
    """Return a flight that the asker may see.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    flight = flights_of(asker).filter(pk=flight_id).first()
    if flight is None or not may_see_flight(asker, flight.organisation_id):
        raise NotFound(detail=NO_FLIGHT)
    return flight


def access_track(asker: Asker, flight_id: UUID) -> Flight:
    """Return a flight whose track the asker may read: whoever may see the flight, and read recordings.

    Raises:
        NotFound: there is none, or it is somebody else's; asked first, so that a role learns nothing of others.
        Forbidden: the role may not read recordings.
    """
    flight = access_flight(asker, flight_id)
    asker.require(Permission.READ_RECORDINGS)
    return flight


def access_recording(asker: Asker, flight_id: UUID) -> Flight:
    """Return a flight whose recording the asker may read.

    Raises:
        NotFound: as for the track.
        Forbidden: the role may not read recordings, or not this one: raw bytes tell names that restricted flights hide.
    """
    flight = access_track(asker, flight_id)
    facts = flight_facts([flight.id]).get(flight.id)
    label = facts.classification if facts else ""
    if not needs_to_know(asker, organisation_id=flight.organisation_id, classification=label):
        asker.require(Permission.SEE_RESTRICTED)
    return flight


def track_of(flight: Flight, *, from_us: int | None = None, until_us: int | None = None) -> Rows:
    """Return the flight's track in order of time, of the half-open period where one is given (µs since 1970 UTC)."""
    segments = TrackSegment.objects.filter(flight=flight)
    if from_us is not None:
        segments = segments.filter(last_us__gte=from_us)
    if until_us is not None:
        segments = segments.filter(first_us__lt=until_us)
    rows = unpack(bytes(data) for data in segments.order_by("first_us", "id").values_list("data", flat=True))
    if from_us is not None:
        rows = rows[rows["time_us"] >= from_us]
    if until_us is not None:
        rows = rows[rows["time_us"] < until_us]
    return rows


def logs_of(asker: Asker) -> "QuerySet[Log]":
    """Return the logs that the asker may read: those of the own organisation; range staff have none of companies'."""
    asker.require(Permission.READ_LOGS)
    return Log.objects.filter(organisation_id=asker.organisation_id)


def access_log(asker: Asker, log_id: UUID) -> Log:
    """Return a log that the asker may read.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Forbidden: the role may not read logs.
    """
    log = logs_of(asker).filter(pk=log_id).first()
    if log is None:
        raise NotFound(detail=NO_LOG)
    return log


def is_referred(sha256: str) -> bool:
    """Say whether any row refers to an object of the store."""
    return (
        Chunk.objects.filter(sha256=sha256).exists()
        or Flight.objects.filter(sha256=sha256).exists()
        or Log.objects.filter(sha256=sha256).exists()
    )
