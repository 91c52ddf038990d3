import datetime as dt
from dataclasses import replace
from typing import Any

from bookings.rules import judge
from bookings.rules.facts import BookingFacts
from tests.bookings.rules.cases import booking, resource, site
from tests.bookings.rules.test_hazard_stated import LASER

SECTOR, OFFICER, RANGE_OFFICER = resource("LASER-SECTOR"), resource("LASER-OFFICER"), resource("SAFETY-OFFICER")


def laser_test(**changes: Any) -> BookingFacts:
    return booking(**{"volumes": (), "hazard_details": LASER, "resources": (SECTOR, OFFICER), **changes})


def test_a_laser_is_had_with_its_safety_officer() -> None:
    assert judge(laser_test()) == []


def test_without_one_it_is_refused_and_told_what_to_add() -> None:
    (refusal,) = judge(laser_test(resources=(SECTOR, RANGE_OFFICER)))

    assert (refusal.code, refusal.field, refusal.got) == ("officer_missing", "resources[0]", "none")
    assert "laser_class_4" in str(refusal.expected)
    assert '"qualification": "laser_class_4"' in refusal.remedy


def test_the_officer_is_there_all_the_time_that_the_laser_is() -> None:
    start, end = booking().start, booking().end
    longer = {SECTOR.id: (start - dt.timedelta(hours=1), end)}

    (refusal,) = judge(laser_test(own_periods=longer))

    assert (refusal.code, refusal.got) == ("officer_missing", "one for a part of the time")
    assert judge(laser_test(own_periods=longer | {OFFICER.id: (start - dt.timedelta(hours=2), end)})) == []


def test_a_site_that_does_not_ask_needs_none() -> None:
    assert judge(laser_test(resources=(SECTOR,), site=replace(site(), hazard_needs=False))) == []
