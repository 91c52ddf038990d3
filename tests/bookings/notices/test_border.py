import datetime as dt
from dataclasses import replace

import pytest

from bookings.geometry import plane_at
from bookings.notices.border import border_notes, crossing_nm
from bookings.notices.notam_draft import NoticeFacts
from bookings.rules.facts import VolumeFacts
from tests.bookings.claims.squares import ARP, square
from tests.bookings.rules.cases import site

DAY = dt.date(2027, 3, 3)
START = dt.datetime(2027, 3, 3, 10, tzinfo=dt.UTC)
HERE = VolumeFacts(outline=square(east_m=0, north_m=0, width_m=400, depth_m=400), ceiling_ft_amsl=800)
THERE = VolumeFacts(outline=square(east_m=9_000, north_m=0, width_m=4_000, depth_m=400), ceiling_ft_amsl=1500)
FACTS = NoticeFacts(periods=((START, START + dt.timedelta(hours=1)),), volumes=(HERE,), masses_kg=(100,))


def test_the_final_of_runway_23_comes_over_the_border_5_3_miles_out() -> None:
    (neighbour,) = site().neighbours
    final = next(final for final in neighbour.finals if final.resource == "ILS-23")

    assert crossing_nm(final, neighbour, plane=plane_at(*ARP)) == pytest.approx(5.3, abs=0.05)
    assert crossing_nm(replace(final, length_nm=5.0), neighbour, plane=plane_at(*ARP)) is None
    assert crossing_nm(replace(final, true_course_deg=55.18), neighbour, plane=plane_at(*ARP)) is None


def test_an_approach_over_the_border_asks_for_a_note_ten_working_days_ahead() -> None:
    (note,) = border_notes(replace(FACTS, resources=("RWY-05-23", "ILS-23")), day=DAY, site=site())

    assert (note.country, note.tell_by) == ("GERMANY", dt.date(2027, 2, 17))
    assert note.reaches == ("FINAL RWY 23 FROM 5.3NM TO 10NM BEFORE THE THRESHOLD",)
    assert note.text == (
        "CROSS-BORDER NOTE\n"
        "TO NOTAM OFFICE AND AIR TRAFFIC SERVICES OF GERMANY\n"
        "FROM ENSCHEDE/TWENTE, FIR EHAA\n"
        "SUBJECT UNMANNED ACFT NEAR THE BORDER WITH GERMANY\n"
        "WHEN 2027-03-03 1000 TO 2027-03-03 1100 UTC\n"
        "WHERE FINAL RWY 23 FROM 5.3NM TO 10NM BEFORE THE THRESHOLD\n"
        "CONTACT PPR TWENTE RADIO 119.955MHZ"
    )


def test_a_volume_over_the_border_is_told_with_its_height_and_area() -> None:
    (note,) = border_notes(replace(FACTS, volumes=(HERE, THERE)), day=DAY, site=site())

    (reach,) = note.reaches
    assert reach.startswith("FLIGHT GEOGRAPHY UP TO 1500FT AMSL, ")
    assert reach.endswith(" M2 BEYOND")


def test_what_stays_on_this_side_asks_for_none() -> None:
    along = VolumeFacts(outline=site().airspace.outline, ceiling_ft_amsl=2200)

    assert border_notes(FACTS, day=DAY, site=site()) == []
    assert border_notes(replace(FACTS, resources=("ILS-05",)), day=DAY, site=site()) == []
    assert border_notes(replace(FACTS, volumes=(along,)), day=DAY, site=site()) == []


def test_an_exercise_says_so() -> None:
    (note,) = border_notes(replace(FACTS, resources=("ILS-23",)), day=DAY, site=site("ehtw-exercise"))

    assert "EXERCISE EXERCISE EXERCISE" in note.text
