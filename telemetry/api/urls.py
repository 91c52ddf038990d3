"""The addresses of telemetry below /api/v1/ that Django answers; ingest and uploads have doors of their own."""

from django.urls import path

from telemetry.api.admitted_sources import AdmittedSourcesView, RevokeSourceView
from telemetry.api.emergency import EmergenciesView, EmergencyPapersView
from telemetry.api.flights import FlightsView, FlightView
from telemetry.api.logs import LogFileView, LogsView, LogView
from telemetry.api.recording import RecordingView
from telemetry.api.track import TrackView
from telemetry.api.unadmitted import UnadmittedView

urlpatterns = [
    path("flights", FlightsView.as_view()),
    path("flights/<uuid:flight_id>", FlightView.as_view()),
    path("flights/<uuid:flight_id>/track", TrackView.as_view()),
    path("flights/<uuid:flight_id>/recording", RecordingView.as_view()),
    path("logs", LogsView.as_view()),
    path("logs/<uuid:log_id>", LogView.as_view()),
    path("logs/<uuid:log_id>/file", LogFileView.as_view()),
    path("range/admitted-sources", AdmittedSourcesView.as_view()),
    path("range/admitted-sources/<uuid:source_id>/revoke", RevokeSourceView.as_view()),
    path("range/emergency-admissions", EmergenciesView.as_view()),
    path("range/emergency-admissions/<uuid:emergency_id>/papers", EmergencyPapersView.as_view()),
    path("range/unadmitted", UnadmittedView.as_view()),
]
