"""Telemetry as a Django app; its tables belong to `telemetry.recordings`."""

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    """What flew: it hears from bookings which flights to expect."""

    name = "telemetry"

    def ready(self) -> None:
        """Subscribe to what happens to bookings."""
        from telemetry.recordings import expect  # noqa: PLC0415 — models can only be loaded once all apps are

        expect.subscribe()
