"""The fixed cast of the tests: two companies that compete, a defence unit, and the range's staff."""

from dataclasses import dataclass
from uuid import UUID

from testcentre.accounts.actions import create_key, create_organisation
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_key
from testcentre.accounts.models import Organisation

NAMES = {
    "aero": ("Aero Cargo BV", "company"),
    "heavylift": ("Heavylift Systems BV", "company"),
    "umbra": ("Umbra Test Flight", "defence"),
    "range": ("Twente Range", "range"),
}


@dataclass(frozen=True)
class Person:
    """Somebody of the cast, with a key: `headers` for HTTP, `asker` for actions and queries."""

    asker: Asker
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """Return what `django.test.Client` sends as this person."""
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def organisation_id(self) -> UUID:
        """Return the person's organisation."""
        return self.asker.organisation_id


def organisation(slug: str) -> Organisation:
    """Return an organisation of the cast, made on first use."""
    name, kind = NAMES[slug]
    return create_organisation(slug, name=name, kind=kind)[0]


def person(who: str) -> Person:
    """Return somebody by "organisation/role", such as "aero/booker" or "range/operator", with a new key."""
    slug, role = who.split("/")
    organisation(slug)
    _, raw = create_key(slug, role=role, name=f"test {who}")
    asker = asker_of_key(raw)
    assert asker is not None
    return Person(asker=asker, key=raw)
