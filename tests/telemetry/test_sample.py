import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from telemetry.sample import BadSample, Sample, parse_line

TIME = '"time":"2026-06-01T12:00:00.5+02:00"'


def test_a_line_becomes_a_sample_in_utc() -> None:
    sample = parse_line(b'{%s,"latitude_deg":52.2758333,"longitude_deg":6.8891667,"armed":true}' % TIME.encode())
    assert sample == Sample(
        time=datetime(2026, 6, 1, 10, 0, 0, 500_000, tzinfo=UTC),
        latitude_deg=52.2758333,
        longitude_deg=6.8891667,
        armed=True,
    )


def test_what_is_not_known_is_absent() -> None:
    assert parse_line(b"{%s}" % TIME.encode()).as_dict() == {"time": "2026-06-01T10:00:00.500000Z"}


@pytest.mark.parametrize(
    ("more", "field", "got"),
    [
        ('"latitude_deg":90.1', "latitude_deg", 90.1),
        ('"latitude_deg":"52"', "latitude_deg", "'52'"),
        ('"latitude_deg":null', "latitude_deg", None),
        ('"longitude_deg":1e400', "longitude_deg", "something else"),
        ('"ground_speed_m_s":-1', "ground_speed_m_s", -1),
        ('"armed":1', "armed", 1),
        ('"mode":""', "mode", "''"),
        ('"mode":"a\\u0000b"', "mode", "'a\\x00b'"),
        ('"altitude_m":3', "altitude_m", "altitude_m"),
        ('"time":"2026-06-01T12:00:00"', "time", "'2026-06-01T12:00:00'"),
        ('"time":"0001-01-01T00:00:00+14:00"', "time", "0001-01-01 00:00:00+14:00"),
        ('"time":"9999-12-31T23:59:59-14:00"', "time", "9999-12-31 23:59:59-14:00"),
    ],
)
def test_a_bad_value_is_refused_with_field_and_value(more: str, field: str, got: object) -> None:
    with pytest.raises(BadSample) as refused:
        parse_line(f"{{{TIME},{more}}}".encode())
    assert (refused.value.field, refused.value.got) == (field, got)


@pytest.mark.parametrize(
    "line", [b"", b"[", b"null", b"NaN", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"{}", b'{"\xfa":1}']
)
def test_what_is_no_sample_is_refused(line: bytes) -> None:
    with pytest.raises(BadSample):
        parse_line(line)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_parsed_or_refused(line: bytes) -> None:
    with contextlib.suppress(BadSample):
        assert parse_line(line).time is not UNSET


@given(
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_sample_survives_the_journey(latitude: float, longitude: float, time: datetime) -> None:
    sample = Sample(time=time, latitude_deg=latitude, longitude_deg=longitude)
    assert parse_line(json.dumps(sample.as_dict()).encode()) == sample
