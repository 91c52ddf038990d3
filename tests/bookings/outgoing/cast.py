"""People of the cast who sign in, and what they do to bookings here."""

from itertools import count
from typing import Any

from django.test import Client

from bookings.actions.confirm_booking import confirm_booking
from bookings.models import Booking
from testcentre.accounts.actions import create_user
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_user
from testcentre.accounts.models import User
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking
from tests.people import Person, organisation, person

_numbers = count(1)


def member(who: str, *, language: str = "en") -> User:
    """Return a new person by "organisation/role"."""
    slug, role = who.split("/")
    organisation(slug)
    email = f"{role}.{next(_numbers)}@{slug}.example"
    user, _ = create_user(email, slug=slug, role=role, password="purple-heron-14-flies", name=role.title())
    User.objects.filter(pk=user.pk).update(language=language)
    user.refresh_from_db()
    return user


def asker_of(user: User) -> Asker:
    asker = asker_of_user(user.id)
    assert asker is not None
    return asker


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def confirmed(who: Person, **changes: Any) -> Booking:
    """Return a booking that the range has confirmed."""
    booking = a_booking(who, **changes)
    if booking.state == "requested":
        booking = confirm_booking(person("range/manager").asker, booking.id, now=utc_now())
    return booking
