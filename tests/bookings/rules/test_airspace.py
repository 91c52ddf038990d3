import datetime as dt

from bookings.rules import judge
from bookings.rules.facts import VolumeKind
from tests.bookings.rules.cases import RING, START, booking, codes, site, volume


def test_a_volume_may_fill_the_airspace_exactly() -> None:
    whole = volume(outline=site().airspace.outline, floor_ft_amsl=None, ceiling_ft_amsl=2200)

    assert codes(booking(volumes=(whole,))) == []


def test_a_volume_half_outside_is_refused_with_its_area() -> None:
    west = tuple((longitude - 0.155, latitude) for longitude, latitude in RING)

    (refusal,) = judge(booking(volumes=(volume(), volume(outline=west))))

    assert (refusal.code, refusal.field, refusal.expected) == (
        "volume_outside_airspace", "volumes[1].polygon", "within ATZ/RMZ Twente",
    )  # fmt: skip
    assert str(refusal.got).endswith(" m² outside")


def test_a_foot_above_the_ceiling_is_refused() -> None:
    (refusal,) = judge(booking(volumes=(volume(ceiling_ft_amsl=2201),)))

    assert (refusal.code, refusal.field) == ("ceiling_above_limit", "volumes[0].ceiling_ft_amsl")
    assert (refusal.expected, refusal.got) == ("at most 2200 ft AMSL", "2201 ft AMSL")


def test_high_volumes_need_a_notam_and_that_takes_five_working_days() -> None:
    high = (volume(ceiling_ft_amsl=516),)
    # Wednesday 3 March less five working days is Wednesday 24 February
    in_time, too_late = (dt.datetime(2027, 2, day, 12, tzinfo=dt.UTC) for day in (24, 25))

    assert codes(booking(volumes=high, now=in_time)) == []
    (refusal,) = judge(booking(volumes=high, now=too_late))
    assert (refusal.code, refusal.got) == ("notam_lead_time", "516 ft AMSL on 2027-03-03")


def test_low_volumes_need_no_notam() -> None:
    assert codes(booking(volumes=(volume(ceiling_ft_amsl=515),), now=START - dt.timedelta(days=1))) == []


def test_a_notam_is_published_a_day_before_the_slot() -> None:
    high = (volume(ceiling_ft_amsl=516),)
    now = START - dt.timedelta(hours=23)

    assert [r.code for r in judge(booking(volumes=high, now=now)) if r.code.startswith("notam")] == [
        "notam_lead_time",
        "notam_publish_time",
    ]
    early = judge(booking(volumes=high, now=START - dt.timedelta(hours=24)))
    assert "notam_publish_time" not in [refusal.code for refusal in early]


def test_a_ground_risk_buffer_needs_no_notam() -> None:
    buffer = volume(ceiling_ft_amsl=900, kind=VolumeKind.GROUND_RISK_BUFFER)

    assert "notam_lead_time" not in codes(booking(volumes=(buffer,), now=START - dt.timedelta(days=1)))
