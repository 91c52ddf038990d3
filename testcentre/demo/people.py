"""Who is in the demo."""

from dataclasses import dataclass

from django.db import transaction

from testcentre.accounts.actions import create_organisation, create_user
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_user
from testcentre.accounts.roles import Kind, Role
from testcentre.audit.trail import record
from testcentre.demo.secrets_file import DemoSecrets

ORGANISATIONS = {
    "range": ("Twente Range", Kind.RANGE),
    "aero": ("Aero Cargo BV", Kind.COMPANY),
    "heavylift": ("Heavylift Systems BV", Kind.COMPANY),
}


@dataclass(frozen=True)
class Person:
    """One demo account and what it is for."""

    email: str
    organisation: str
    role: Role
    name: str
    may: str


OPERATOR = Person(
    "operator@range.example", "range", Role.OPERATOR, "Range control", "watch the range, confirm, activate"
)
AERO = Person(
    "admin@aero.example", "aero", Role.ADMIN, "Aero administrator", "book, watch and download: the drone is Aero's"
)
HEAVYLIFT = Person("booker@heavylift.example", "heavylift", Role.BOOKER, "Heavylift bookings", "book as the competitor")
PEOPLE = (
    OPERATOR,
    Person("safety@range.example", "range", Role.SAFETY, "Range safety", "confirm and refuse, see what is restricted"),
    AERO,
    Person("engineer@aero.example", "aero", Role.ENGINEER, "Aero engineer", "watch and download, upload logs"),
    HEAVYLIFT,
)


def ensure_people(secrets: DemoSecrets) -> dict[str, Asker]:
    """Make organisations and accounts that are not there yet; returns each person as an asker, by e-mail address."""
    for slug, (name, kind) in ORGANISATIONS.items():
        create_organisation(slug, name=name, kind=kind)
    return {person.email: _ensure(person, secrets) for person in PEOPLE}


def lines(secrets: DemoSecrets) -> list[str]:
    """Return what to tell whoever starts the demo: one line per account with its password."""
    width = max(len(person.email) for person in PEOPLE)
    told = [f"  {person.email:<{width}}  {secrets.password(person.email)[0]}  {person.may}" for person in PEOPLE]
    return ["demo accounts (made for this installation alone):", *told]


@transaction.atomic
def _ensure(person: Person, secrets: DemoSecrets) -> Asker:
    password, is_made = secrets.password(person.email)
    user, is_new = create_user(
        person.email, slug=person.organisation, role=person.role, password=password, name=person.name
    )
    what = {"organisation": person.organisation, "role": person.role}
    if is_new:
        record(None, "user.create", subject=f"user:{user.id}", reason="demo", details=what)
    elif is_made:  # the file with the passwords was removed: what is printed must be what holds
        user.set_password(password)
        user.save(update_fields=["password"])
        record(None, "user.reset_password", subject=f"user:{user.id}", reason="demo: its password was lost")
    asker = asker_of_user(user.id)
    if asker is None:
        raise LookupError(f"{person.email} has been switched off; remove it from the demo or switch it on again")
    return asker
