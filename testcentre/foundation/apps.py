"""The foundation as a Django app: it owns the outbox and the leases."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """Tables that every app uses: announcements and leases."""

    name = "testcentre.foundation"
    label = "foundation"
