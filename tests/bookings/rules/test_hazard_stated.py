from dataclasses import replace
from typing import Any

import pytest

from bookings.rules import judge
from bookings.rules.facts import BookingFacts
from bookings.rules.hazard_details import HazardDetails, LaserClass, LaserDetails
from tests.bookings.rules.cases import AERO, JAMMER, SECTOR, booking, resource, site

DEFENCE = replace(AERO, kind="defence")
LASER = HazardDetails(
    stop_procedure="Shutter closed at the word STOP.",
    laser=LaserDetails(
        laser_class=LaserClass.C4,
        power_w=1,
        wavelength_nm=532,
        divergence_mrad=1,
        aperture_mm=1,
        mpe_w_m2=25.4,
        nohd_m=223,
        sector=SECTOR,
    ),
)
UNIT = HazardDetails(unit="Joint unit 7", stop_procedure="Net back at the word STOP.")


def wanted(*codes: str, **changes: Any) -> BookingFacts:
    fine: dict[str, Any] = {
        "resources": tuple(resource(code) for code in codes),
        "organisation": DEFENCE,
        "volumes": (),
        "start": booking().start,
    }
    return booking(**fine | changes)


def refused(facts: BookingFacts) -> list[tuple[str, str]]:
    return [(refusal.code, refusal.field) for refusal in judge(facts)]


@pytest.mark.parametrize(
    ("codes", "details", "missing"),
    [
        (["GNSS-BAND"], None, ["unit", "stop_procedure", "jamming"]),
        (["GNSS-BAND"], UNIT, ["jamming"]),
        (["GNSS-BAND"], JAMMER, []),
        (["CUAS-ZONE"], None, ["unit", "stop_procedure"]),
        (["CUAS-ZONE"], UNIT, []),
        (["CUAS-ZONE", "GNSS-BAND"], UNIT, ["jamming"]),
        (["CUAS-ZONE", "GNSS-BAND"], JAMMER, []),
        (["LASER-SECTOR", "LASER-OFFICER"], None, ["stop_procedure", "laser"]),
        (["LASER-SECTOR", "LASER-OFFICER"], LASER, []),
        (["RWY-05-23"], None, []),
    ],
)
def test_each_detail_that_is_needed_and_missing_is_refused(
    codes: list[str], details: HazardDetails | None, missing: list[str]
) -> None:
    facts = wanted(*codes, hazard_details=details)

    assert refused(facts) == [("hazard_details_missing", f"hazard_details.{field}") for field in missing]


def test_it_tells_which_resources_ask_for_it() -> None:
    (refusal,) = judge(wanted("CUAS-ZONE", "GNSS-BAND", hazard_details=replace(JAMMER, unit="")))

    assert (refusal.expected, refusal.got) == ("unit for CUAS-ZONE, GNSS-BAND", None)


@pytest.mark.parametrize(("stated_m", "codes"), [(223.0, []), (222.9, []), (222.8, ["nohd_too_short"])])
def test_a_stated_distance_is_not_shorter_than_the_figures_give(stated_m: float, codes: list[str]) -> None:
    assert LASER.laser
    told = replace(LASER, laser=replace(LASER.laser, nohd_m=stated_m))

    found = judge(wanted("LASER-SECTOR", "LASER-OFFICER", hazard_details=told))

    assert [refusal.code for refusal in found] == codes
    assert [refusal.expected for refusal in found] == ["at least 222.9 m"] * len(codes)


def test_a_site_that_does_not_ask_is_told_nothing() -> None:
    assert refused(wanted("GNSS-BAND", "LASER-SECTOR", site=replace(site(), hazard_needs=False))) == []
