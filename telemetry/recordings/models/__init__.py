"""Tables of what was kept."""

from telemetry.recordings.models.admitted_source import AdmittedSource
from telemetry.recordings.models.chunk import Chunk
from telemetry.recordings.models.emergency import EmergencyAdmission
from telemetry.recordings.models.flight import Flight, FlightLink
from telemetry.recordings.models.intake import DrainOffset, Loss, Suspect
from telemetry.recordings.models.log import Log, Upload
from telemetry.recordings.models.track import TrackSegment

__all__ = [
    "AdmittedSource",
    "Chunk",
    "DrainOffset",
    "EmergencyAdmission",
    "Flight",
    "FlightLink",
    "Log",
    "Loss",
    "Suspect",
    "TrackSegment",
    "Upload",
]
