"""Every hazard of the shipped site against everything else that may be there: who keeps whom out."""

from typing import Any

import pytest

from bookings.actions.request_booking import try_booking
from bookings.rules.facts import AircraftKind, Ring
from testcentre.foundation.clock import utc_now
from tests.bookings.rules.cases import all_resources, resource
from tests.factories import a_booking, a_crew, load_exercise, square, volume, wish_of
from tests.people import person

pytestmark = pytest.mark.django_db

HAZARDS = ("GNSS-BAND", "LASER-SECTOR", "CUAS-ZONE", "ILS-CRIT-23", "ILS-CRIT-05")
JAM, LASER, CATCH, ILS_23, ILS_05 = HAZARDS
IN_LASER = square(east_km=0.4, north_km=-1.2, side_km=0.1)


def outline(code: str) -> Ring:
    found = resource(code).outline
    assert found is not None
    return found


# what else is asked for, and which hazards forbid it: jamming everything, the others what reaches them
OTHERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a flight far from all": ({"volumes": (volume(square(north_km=2)),)}, {JAM}),
    "the runway": ({"resources": ("RWY-05-23",)}, {JAM, ILS_23, ILS_05}),
    "the northern area": ({"resources": ("TEST-N",)}, {JAM}),
    "the southern area": ({"resources": ("TEST-S",)}, {JAM, LASER, CATCH}),
    "a volume in the laser sector": ({"volumes": (volume(IN_LASER),)}, {JAM, LASER}),
    "a volume in the capture zone": ({"volumes": (volume(outline("CUAS-ZONE"), ceiling_ft=1200),)}, {JAM, CATCH}),
    "a volume above the capture zone": (
        {"volumes": (volume(outline("CUAS-ZONE"), floor_ft=1200, ceiling_ft=1300),)},
        {JAM},
    ),
    "a low volume over the critical area 23": (
        {"volumes": (volume(outline("ILS-CRIT-23"), floor_ft=None, ceiling_ft=265),)},
        {JAM, ILS_23},
    ),
    "a volume above the critical area 23": (
        {"volumes": (volume(outline("ILS-CRIT-23"), floor_ft=265, ceiling_ft=500),)},
        {JAM},
    ),
    "a vehicle in the critical area 05": (
        {"kind": AircraftKind.GROUND, "volumes": (volume(outline("ILS-CRIT-05"), floor_ft=None, ceiling_ft=125),)},
        {JAM, ILS_05},
    ),
    "a vehicle elsewhere": (
        {"kind": AircraftKind.GROUND, "volumes": (volume(square(), floor_ft=None, ceiling_ft=125),)},
        {JAM},
    ),
    "a stand": ({"resources": ("STAND-1",)}, {JAM}),
    "a hangar bay": ({"resources": ("HANGAR",)}, {JAM}),
    "the ILS, not its calibration": ({"resources": ("ILS-23",)}, {JAM}),
    "jamming": ({"resources": (JAM,), "who": "umbra/booker"}, set(HAZARDS)),
    "the laser": ({"resources": (LASER,)}, {JAM, LASER}),
    "a capture": ({"resources": (CATCH,)}, {JAM, CATCH}),
    "calibration of 23": ({"resources": (ILS_23,)}, {JAM, ILS_23}),
    "calibration of 05": ({"resources": (ILS_05,)}, {JAM, ILS_05}),
}


def test_every_hazard_of_the_shipped_site_is_in_the_table() -> None:
    assert {one.code for one in all_resources() if one.hazard != "none"} == set(HAZARDS)


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_keeps_out_what_it_reaches_and_nothing_else(hazard: str) -> None:
    load_exercise()
    a_booking("umbra/booker", resources=(hazard,))

    kept_out = {name for name, (asked, _) in OTHERS.items() if _clashes(**asked)}

    assert kept_out == {name for name, (_, forbidding) in OTHERS.items() if hazard in forbidding}


@pytest.mark.parametrize("name", [name for name, (asked, _) in OTHERS.items() if "who" not in asked])
def test_what_is_there_first_keeps_the_hazard_out_in_turn(name: str) -> None:
    load_exercise()
    asked, forbidding = OTHERS[name]
    _book(**asked)

    assert {hazard for hazard in HAZARDS if _clashes(resources=(hazard,), who="umbra/booker")} == forbidding


def _wish(who: str, kind: AircraftKind, changes: dict[str, Any]) -> Any:
    asks = person(who)
    return asks, wish_of(asks, crew=(a_crew(asks, kind=kind),), **changes)


def _clashes(*, who: str = "heavylift/booker", kind: AircraftKind = AircraftKind.MULTIROTOR, **changes: Any) -> bool:
    asks, wish = _wish(who, kind, changes)
    trial = try_booking(asks.asker, wish, now=utc_now())
    codes = {refusal.code for refusal in trial.refusals}
    assert codes <= {"resource_busy"}, codes
    return bool(codes)


def _book(*, kind: AircraftKind = AircraftKind.MULTIROTOR, **changes: Any) -> None:
    asks, wish = _wish("aero/booker", kind, changes)
    a_booking(asks, crew=wish.crew, **changes)
