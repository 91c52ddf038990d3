"""The recordings as a Django app: it owns every table of what flew."""

from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    """Flights, their chunks and tracks, the drain's offsets, logs and uploads."""

    name = "telemetry.recordings"
    label = "recordings"
    default_auto_field = "django.db.models.BigAutoField"
