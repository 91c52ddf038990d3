"""The fixed cast at the API, with the site that is open day and night."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.bookings.api.client import Desk
    from tests.people import Person


@pytest.fixture(autouse=True)
def _site(db: None) -> None:
    from tests.factories import load_exercise

    load_exercise()


def _desk(who: str) -> Desk:
    from tests.bookings.api.client import Desk
    from tests.people import person

    return Desk(person(who))


@pytest.fixture
def aero() -> Desk:
    return _desk("aero/booker")


@pytest.fixture
def heavylift() -> Desk:
    return _desk("heavylift/booker")


@pytest.fixture
def operator() -> Person:
    from tests.people import person

    return person("range/operator")
