from dataclasses import replace

from bookings.rules import judge
from tests.bookings.rules.cases import FAR, aircraft, booking, pilot


def test_who_is_retired_flies_no_more() -> None:
    refusals = judge(booking(crew=((aircraft(retired=True), replace(pilot(FAR), retired=True)),)))

    assert [(r.code, r.field) for r in refusals] == [("retired", "aircraft"), ("retired", "pilot")]
