import datetime as dt

import pytest

from bookings.actions.load_site import load_site
from bookings.actions.request_booking import request_booking
from bookings.claims.availability import availability, schedule
from bookings.models import Claim
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed
from tests.factories import a_booking, load_exercise, tomorrow, wish_of
from tests.people import person

pytestmark = pytest.mark.django_db


def at(hour: float) -> float:
    return tomorrow(hour).timestamp()


def free(*codes: str, begins: float = 8, ends: float = 16, minutes: int = 30) -> list[tuple[float, float]]:
    return availability(
        person("heavylift/booker").asker,
        codes,
        period=(tomorrow(begins), tomorrow(ends)),
        shortest=dt.timedelta(minutes=minutes),
        now=utc_now(),
    )


def test_a_claim_is_cut_out_with_the_buffers_of_both_sides() -> None:
    load_exercise()
    a_booking(start=tomorrow(10), minutes=60, resources=("STAND-1",))  # 15 min to set up, 15 min to clear up

    assert free("STAND-1") == [(at(8), at(9.5)), (at(11.5), at(16))]


def test_a_slot_in_a_free_window_is_granted_at_both_of_its_ends() -> None:
    load_exercise()
    a_booking(start=tomorrow(10), minutes=60, resources=("STAND-1",))
    heavylift = person("heavylift/booker")
    for start in (tomorrow(9), tomorrow(11.5)):
        wish = wish_of(heavylift, start=start, minutes=30, resources=("STAND-1",))
        assert request_booking(heavylift.asker, wish, now=utc_now()).state == "requested"


def test_windows_shorter_than_wanted_are_left_out() -> None:
    load_exercise()
    a_booking(start=tomorrow(9), minutes=60, resources=("TEST-N",))

    assert all(end - start >= 3600 for start, end in free("TEST-N", minutes=60))
    assert free("TEST-N", begins=8, ends=9, minutes=60) == []


def test_several_resources_are_free_when_all_are() -> None:
    load_exercise()
    a_booking(start=tomorrow(9), minutes=60, resources=("STAND-1",))
    a_booking(start=tomorrow(12), minutes=60, resources=("STAND-2",))

    assert free("STAND-1", "STAND-2") == [(at(8), at(8.5)), (at(10.5), at(11.5)), (at(13.5), at(16))]


def test_half_an_hour_in_one_bay_and_the_next_in_another_is_no_free_hour() -> None:
    load_exercise()
    a_booking(start=tomorrow(7), minutes=10 * 60, resources=("SAFETY-OFFICER",))
    # one officer is away all day; the other one's day is cut in two, so no window reaches across
    a_booking(start=tomorrow(12), minutes=60, resources=("SAFETY-OFFICER",))

    assert free("SAFETY-OFFICER") == [(at(8), at(11.5)), (at(13.5), at(16))]


def test_windows_of_different_lanes_overlap_and_are_not_merged() -> None:
    load_exercise()
    first = a_booking(start=tomorrow(9), minutes=60, resources=("GROUND-STATION",))
    second = a_booking(start=tomorrow(13), minutes=60, resources=("GROUND-STATION",))
    Claim.objects.filter(booking=second, lanes="{[0,1)}").update(lanes="{[1,2)}")

    windows = free("GROUND-STATION")

    assert first.claims.filter(lanes="{[0,1)}").exists()
    # lane 0 from 10:45 on, lane 1 until 12:15: a slot from 10:00 to 15:00 is in neither
    assert (at(8), at(16)) not in windows
    assert len(windows) == 2
    assert windows[0][1] > windows[1][0]


def test_a_jamming_test_takes_the_runway_off_the_free_list_of_flights() -> None:
    load_exercise()
    a_booking(start=tomorrow(9), minutes=60)
    assert free("GNSS-BAND")[0] == (at(8), at(8.5))


def test_hours_daylight_lead_time_and_raster_are_applied() -> None:
    load_site("ehtw")
    asker = person("heavylift/booker").asker
    now = dt.datetime(2027, 6, 15, 9, 7, 13, tzinfo=dt.UTC)  # a Tuesday
    period = (now, now + dt.timedelta(days=2))

    windows = availability(asker, ["RWY-05-23"], period=period, shortest=dt.timedelta(minutes=30), now=now)

    first = dt.datetime.fromtimestamp(windows[0][0], dt.UTC)
    assert first >= now + dt.timedelta(hours=24)
    assert (first.minute % 5, first.second) == (0, 0)
    assert dt.datetime.fromtimestamp(windows[0][1], dt.UTC).hour == 18


def test_unknown_resources_are_told() -> None:
    load_exercise()
    with pytest.raises(Malformed) as caught:
        free("NO-SUCH", "RWY-05-23", "NOR-THIS")
    assert [r.got for r in caught.value.refusals] == ["NO-SUCH", "NOR-THIS"]


def test_the_schedule_merges_what_touches_and_tells_nobody_apart() -> None:
    load_exercise()
    a_booking("aero/booker", start=tomorrow(10), minutes=30, resources=("RWY-05-23",))  # 5 min to clear up
    a_booking("heavylift/booker", start=tomorrow(10) + dt.timedelta(minutes=35), resources=("RWY-05-23",))

    busy = dict(schedule(["RWY-05-23", "STAND-1"], period=(tomorrow(0), tomorrow(24))))

    assert busy == {"RWY-05-23": [(at(10), tomorrow(10).timestamp() + 70 * 60)], "STAND-1": []}


def test_a_place_of_several_lanes_is_busy_when_none_is_free() -> None:
    load_exercise()
    period = (tomorrow(0), tomorrow(24))
    a_booking(start=tomorrow(10), minutes=60, resources=("SAFETY-OFFICER",))
    one = dict(schedule(["SAFETY-OFFICER"], period=period))
    a_booking(start=tomorrow(10.5), minutes=60, resources=("SAFETY-OFFICER",))
    two = dict(schedule(["SAFETY-OFFICER"], period=period))

    assert one == {"SAFETY-OFFICER": []}
    assert two == {"SAFETY-OFFICER": [(at(10.25), at(11.25))]}


def test_the_schedule_is_cut_to_the_period_and_shows_all_in_service() -> None:
    load_exercise()
    a_booking(start=tomorrow(10), minutes=120, resources=("TEST-N",))

    busy = dict(schedule([], period=(tomorrow(11), tomorrow(12))))

    assert busy["TEST-N"] == [(at(11), at(12))]
    assert len(busy) >= 12
