"""The Django app of bookings."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Bookings, the site they are made for, and the ledger that decides."""

    name = "bookings"
    label = "bookings"
