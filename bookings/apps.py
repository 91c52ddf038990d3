"""The Django app of bookings."""

import msgspec
from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Bookings, the site they are made for, and the ledger that decides."""

    name = "bookings"
    label = "bookings"

    def ready(self) -> None:
        """Serve those who wait, and tell the outside what happens to bookings."""
        # models can only be loaded once all apps are
        from bookings.actions import offers_ended, transaction  # noqa: PLC0415
        from bookings.actions.offer_freed import offer_freed  # noqa: PLC0415
        from bookings.outgoing import hear  # noqa: PLC0415

        _know_stored_shapes()
        transaction.let_serve(offer_freed)
        offers_ended.subscribe()
        hear.subscribe()


def _know_stored_shapes() -> None:
    """Let msgspec look at what is read from JSON columns before there are threads.

    It does so when a dataclass is first read; two threads that do it at once end the process (msgspec 0.22: SIGSEGV).
    """
    # as above
    from bookings.actions.plan import Wish  # noqa: PLC0415
    from bookings.actions.waiting_wishes import Flexible  # noqa: PLC0415
    from bookings.rules.facts import Limits, OpeningHours, SiteFacts  # noqa: PLC0415
    from bookings.rules.hazard_details import HazardDetails  # noqa: PLC0415
    from bookings.rules.wants import Want  # noqa: PLC0415
    from bookings.tariff import Line, Tariff  # noqa: PLC0415
    from bookings.tariff.invoice import Party  # noqa: PLC0415

    for shape in (SiteFacts, Limits, OpeningHours, Tariff, Line, Party, Want, HazardDetails, Flexible, Wish):
        msgspec.json.Decoder(shape)
