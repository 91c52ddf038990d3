import datetime as dt
from typing import Any

import pytest

from testcentre.foundation.clock import to_rfc3339
from tests.bookings.api.client import PROBLEM, Desk, codes, get
from tests.factories import tomorrow

CLEAR_UP = dt.timedelta(minutes=5)  # of the runway


def availability(desk: Desk, **query: object) -> Any:
    asked = {"resources": "RWY-05-23", "from": to_rfc3339(tomorrow(9)), "to": to_rfc3339(tomorrow(13)), "minutes": 30}
    return get(desk.who, "availability?" + "&".join(f"{k}={v}" for k, v in (asked | query).items() if v is not None))


def test_free_windows_have_start_and_end(aero: Desk, heavylift: Desk) -> None:
    aero.book(start=tomorrow(10), minutes=60)

    assert availability(heavylift).json() == {
        "windows": [
            {"start": to_rfc3339(tomorrow(9)), "end": to_rfc3339(tomorrow(10) - CLEAR_UP)},
            {"start": to_rfc3339(tomorrow(11) + CLEAR_UP), "end": to_rfc3339(tomorrow(13))},
        ]
    }


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"resources": None}, "required"),
        ({"resources": ",,"}, "required"),
        ({"resources": "NO-SUCH"}, "unknown_resource"),
        ({"resources": ",".join(f"R{n}" for n in range(51))}, "invalid"),
        ({"from": None}, "not_a_time"),
        ({"from": "x"}, "not_a_time"),
        ({"from": "2027-03-28T02:30:00"}, "zone_missing"),
        ({"from": "0001-01-01T00:00:00%2B14:00"}, "time_out_of_range"),
        ({"to": "2026-01-01T00:00:00Z"}, "end_not_after_start"),
        ({"to": "2099-01-01T00:00:00Z"}, "period_too_long"),
        ({"minutes": "-5"}, "invalid"),
        ({"minutes": "1000000000"}, "invalid"),
        ({"minutes": "٣"}, "invalid"),
    ],
)
def test_a_bad_question_is_400_and_says_what_was_expected(aero: Desk, query: dict[str, object], code: str) -> None:
    answer = availability(aero, **query)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)
    assert codes(answer) == [code]


def test_the_schedule_says_busy_and_nothing_else(aero: Desk, heavylift: Desk) -> None:
    aero.book(start=tomorrow(10), minutes=60, purpose="PURPLE HERON")

    answer = get(
        heavylift.who, f"schedule?from={to_rfc3339(tomorrow(9))}&to={to_rfc3339(tomorrow(13))}&resources=RWY-05-23"
    )

    busy = {"start": to_rfc3339(tomorrow(10)), "end": to_rfc3339(tomorrow(11) + CLEAR_UP)}
    assert answer.json() == {
        "resources": [{"code": "RWY-05-23", "busy": [busy]}],
        "results": [{**busy, "resources": ["RWY-05-23"], "busy": True}],
        "next": None,
        "previous": None,
    }


def test_a_schedule_without_a_period_is_refused(aero: Desk) -> None:
    assert get(aero.who, "schedule").status_code == 400
