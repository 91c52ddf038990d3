"""Needs: what a booking names is named once, is in service, and is for organisations of its kind."""

from collections import Counter
from collections.abc import Iterable

from bookings.rules.code import RuleCode
from bookings.rules.facts import BookingFacts
from testcentre.foundation.errors import Refusal

NAMED_TWICE = RuleCode("named_twice", "A resource, aircraft or pilot is named more than once in one booking.")
OUT_OF_SERVICE = RuleCode("resource_out_of_service", "The resource is not part of the site's present version.")
ORGANISATION_NOT_ALLOWED = RuleCode(
    "organisation_not_allowed",
    "The resource is for organisations of other kinds only (jamming: range and defence).",
)
CODES = (NAMED_TWICE, OUT_OF_SERVICE, ORGANISATION_NOT_ALLOWED)


def needs_not_met(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse doubles, what is out of service, and what is not for the booking's organisation."""
    yield from _named_twice("resources", [resource.code for resource in facts.resources])
    yield from _named_twice("crew[].aircraft", [str(aircraft.id) for aircraft, _ in facts.crew])
    yield from _named_twice("crew[].pilot", [str(pilot.id) for _, pilot in facts.crew])
    for i, resource in enumerate(facts.resources):
        if not resource.active:
            yield OUT_OF_SERVICE.refuse(
                f"{resource.code} is out of service.",
                field=f"resources[{i}]",
                expected="a resource in service",
                got=resource.code,
                remedy="Choose another one: GET /api/v1/resources.",
            )
        allowed = resource.organisation_kinds
        if allowed and facts.organisation.kind not in allowed:
            yield ORGANISATION_NOT_ALLOWED.refuse(
                f"{resource.code} is for organisations of kind {', '.join(sorted(allowed))}, "
                f"not {facts.organisation.kind}.",
                field=f"resources[{i}]",
                expected=sorted(allowed),
                got=facts.organisation.kind,
                remedy="Ask range control to book it with an authorised unit.",
            )


def _named_twice(field: str, names: list[str]) -> Iterable[Refusal]:
    for name, count in Counter(names).items():
        if count > 1:
            yield NAMED_TWICE.refuse(
                f"{name} is named {count} times.", field=field, expected="once", got=count, remedy="Name it once."
            )
