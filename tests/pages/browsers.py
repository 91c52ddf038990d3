"""People with passwords, who sign in as a browser does."""

from django.test import Client

from testcentre.accounts.actions import create_user
from tests.people import organisation

PASSWORD = "correct-Horse-7-battery"


def signed_in(who: str) -> Client:
    """Return a browser in which somebody new ("aero/booker") is signed in."""
    slug, role = who.split("/")
    organisation(slug)
    email = f"{role}@{slug}.example"
    create_user(email, slug=slug, role=role, password=PASSWORD)
    client = Client()
    assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    return client
