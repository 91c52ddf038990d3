"""The sockets of range staff without need to know: where a classified flight is, and not whose."""

from collections.abc import Callable

from django.db import transaction

from bookings import events
from bookings.models import Booking
from testcentre.accounts.roles import RANGE_ROLES, ROLE_PERMISSIONS, Permission
from tests.people import person
from tests.telemetry.live.makers import flight, heartbeat, state
from tests.telemetry.live.serving import Server

UNKNOWING = sorted(role for role in RANGE_ROLES if Permission.SEE_RESTRICTED not in ROLE_PERMISSIONS[role])


def test_snapshots_ticks_and_events_say_where_it_is_and_not_whose(
    server: Server, send_state: Callable[..., None], publish_outbox: Callable[[], None]
) -> None:
    secret = flight("umbra", classification="Dep.V.", system_id=201)
    sockets = [server.open("/ws/range", person(f"range/{role}").key) for role in UNKNOWING]
    opened = [str(socket.opening()) for socket in sockets]
    booked = events.BookedFlight(secret.id, secret.aircraft_id, 201)
    booking = Booking.objects.get(pk=secret.booking_id)
    with transaction.atomic():
        events.announce(
            events.BookingActivated(
                booking.id, secret.organisation_id, (booked,), booking.start, booking.end, booking.state
            )
        )
    publish_outbox()
    send_state(state(secret, altitude_amsl_m=90.0), heartbeat())
    heard = [str(list(socket.frames(1))) for socket in sockets]

    assert all(str(secret.id) in text for text in [*opened, *heard])
    assert all("90.0" in text and "booking_activated" in text for text in heard)
    hidden = ["umbra", str(secret.organisation_id), str(secret.aircraft_id), "system_id': 201", "hover"]
    assert [word for text in [*opened, *heard] for word in hidden if word in text.lower()] == []
