import datetime as dt
import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from bookings.geometry import plane_at
from bookings.notices.notam_draft import (
    NoticeFacts,
    deadlines_of,
    differences,
    draft_notam,
    is_notam_needed,
)
from bookings.notices.notam_text import NotamText, write_notam
from bookings.rules.facts import Classification, VolumeFacts, VolumeKind
from tests.bookings.claims.squares import ARP, square
from tests.bookings.rules.cases import site

START = dt.datetime(2026, 6, 15, 7, tzinfo=dt.UTC)
PLANE = plane_at(*ARP)
LOW = VolumeFacts(outline=square(east_m=-200, north_m=-200, width_m=400, depth_m=400), ceiling_ft_amsl=515)
HIGH = replace(LOW, ceiling_ft_amsl=1215, kind=VolumeKind.CONTINGENCY)
GROUND = VolumeFacts(
    outline=square(east_m=-2000, north_m=-2000, width_m=4000, depth_m=4000),
    ceiling_ft_amsl=2000,
    kind=VolumeKind.GROUND_RISK_BUFFER,
)
FACTS = NoticeFacts(periods=((START, START + dt.timedelta(hours=2)),), volumes=(LOW, HIGH, GROUND), masses_kg=(99.5,))


def draft(facts: NoticeFacts = FACTS) -> NotamText:
    drafted = draft_notam(facts, site=site())
    assert drafted is not None
    return drafted


def test_a_draft_says_where_when_and_how_high() -> None:
    assert write_notam(draft()) == (
        "Q) EHAA/QWULW/IV/BO/W/000/013/5217N00653E001\n"
        "A) EHAA B) 2606150700 C) 2606150900\n"
        "E) UNMANNED ACFT (MTOM 100KG) WILL TAKE PLACE WI 0.2NM RADIUS PSN\n"
        "521633N0065321E (ENSCHEDE/TWENTE). PPR TWENTE RADIO 119.955MHZ.\n"
        "F) GND G) 1215FT AMSL"
    )


def test_several_aircraft_are_counted_and_the_heaviest_is_named() -> None:
    assert draft(replace(FACTS, masses_kg=(25, 610))).text.startswith("2 UNMANNED ACFT (MTOM 610KG) WILL")


def test_a_classified_booking_does_not_say_how_heavy() -> None:
    assert "MTOM" not in draft(replace(FACTS, classification=Classification.DEP_V)).text


def test_several_days_have_a_schedule() -> None:
    days = tuple((START + dt.timedelta(days=n), START + dt.timedelta(days=n, hours=8)) for n in range(5))

    notam = draft(replace(FACTS, periods=days))

    assert (notam.schedule, notam.begins, notam.ends) == ("15-19 0700-1500", days[0][0], days[-1][1])


def test_a_floor_above_the_ground_is_told_and_rounded_down_in_the_q_line() -> None:
    notam = draft(replace(FACTS, volumes=(replace(LOW, floor_ft_amsl=350),)))

    assert (notam.floor_ft_amsl, notam.qualifiers.lower_fl, notam.qualifiers.upper_fl) == (350, 3, 6)


def test_without_air_there_is_nothing_to_draft() -> None:
    assert draft_notam(replace(FACTS, volumes=(GROUND,)), site=site()) is None


@pytest.mark.parametrize(
    ("volumes", "expected"), [((LOW,), False), ((LOW, HIGH), True), ((LOW, GROUND), False), ((), False)]
)
def test_a_notam_is_needed_for_what_flies_high(volumes: tuple[VolumeFacts, ...], expected: bool) -> None:
    assert is_notam_needed(replace(FACTS, volumes=volumes), site=site()) is expected


def test_a_notam_is_asked_for_five_working_days_and_published_a_day_ahead() -> None:
    start = dt.datetime(2027, 3, 3, 10, tzinfo=dt.UTC)

    deadlines = deadlines_of(start, day=start.date(), site=site())

    assert deadlines is not None
    assert (deadlines.request_by, deadlines.publish_by) == (dt.date(2027, 2, 24), start - dt.timedelta(hours=24))


def test_what_differs_is_told_field_by_field() -> None:
    published = write_notam(draft())
    moved = replace(FACTS, periods=((START, START + dt.timedelta(hours=3)),), volumes=(LOW,))

    assert differences(published, draft()) == []
    assert [(unlike.field, unlike.published, unlike.draft) for unlike in differences(published, draft(moved))] == [
        ("Q", "EHAA/QWULW/IV/BO/W/000/013/5217N00653E001", "EHAA/QWULW/IV/BO/W/000/006/5217N00653E001"),
        ("C", "2606150900", "2606151000"),
        ("G", "1215FT AMSL", "515FT AMSL"),
    ]


def test_where_nothing_is_to_be_announced_any_more_every_field_differs() -> None:
    assert {unlike.field for unlike in differences(write_notam(draft()), None)} == set("QABCEFG")


places = st.builds(
    lambda east, north, width, depth: replace(
        LOW, outline=square(east_m=east, north_m=north, width_m=width, depth_m=depth)
    ),
    st.floats(-15_000, 15_000),
    st.floats(-15_000, 15_000),
    st.floats(2, 5000),
    st.floats(2, 5000),
)


@given(st.lists(places, min_size=1, max_size=4))
@settings(deadline=None, max_examples=50)
def test_both_circles_hold_all_of_the_air(volumes: list[VolumeFacts]) -> None:
    notam = draft(replace(FACTS, volumes=tuple(volumes)))
    found = re.search(r"WI ([\d.]+)NM RADIUS PSN (\d\d)(\d\d)(\d\d)N(\d{3})(\d\d)(\d\d)E", notam.text)
    assert found is not None
    d, m, s, its_d, its_m, its_s = map(int, found.groups()[1:])
    q = notam.qualifiers
    circles = [
        (its_d + its_m / 60 + its_s / 3600, d + m / 60 + s / 3600, float(found[1])),
        (q.longitude_min / 60, q.latitude_min / 60, q.radius_nm),
    ]
    for longitude_deg, latitude_deg, radius_nm in circles:
        centre = Point(PLANE.to_plane_m(longitude_deg, latitude_deg))
        corners = [Point(corner) for volume in volumes for corner in PLANE.ring_m(volume.outline)]
        assert max(centre.distance(corner) for corner in corners) <= radius_nm * 1852 + 0.01
    assert write_notam(notam).isascii()
    assert math.isclose(float(found[1]) * 10, round(float(found[1]) * 10))
