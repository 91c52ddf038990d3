import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.notices.notam_text import (
    LONGEST_LINE,
    LONGEST_TEXT,
    NotamText,
    Qualifiers,
    position_words,
    read_notam,
    write_notam,
)

SAMPLE = """\
Q) EHAA/QWULW/IV/BO/W/000/022/5217N00653E004
A) EHAA B) 2606150700 C) 2606191500
D) 15-19 0700-1500
E) UNMANNED ACFT (MTOM 110KG) WILL TAKE PLACE WI 4NM RADIUS PSN
521633N0065321E (ENSCHEDE/TWENTE). BVLOS. PPR TWENTE RADIO 119.955MHZ.
F) GND G) 2200FT AMSL"""

words = st.lists(
    st.text("ABCXYZ0189.,/:()+-", min_size=1, max_size=60).filter(lambda word: word[0] not in ".,/:)+-"),
    min_size=1,
    max_size=25,
).map(" ".join)
moments = st.integers(0, 99 * 365 * 1440).map(
    lambda minutes: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
notams = st.builds(
    NotamText,
    qualifiers=st.builds(
        Qualifiers,
        fir=st.from_regex(r"[A-Z]{4}", fullmatch=True),
        code=st.from_regex(r"Q[A-Z]{4}", fullmatch=True),
        traffic=st.sampled_from(["I", "V", "IV"]),
        purpose=st.sampled_from(["B", "BO", "NBO", "M"]),
        scope=st.sampled_from(["A", "E", "W", "AE", "AW"]),
        lower_fl=st.integers(0, 999),
        upper_fl=st.integers(0, 999),
        latitude_min=st.integers(-90 * 60, 90 * 60),
        longitude_min=st.integers(-180 * 60, 180 * 60),
        radius_nm=st.integers(1, 999),
    ),
    location=st.from_regex(r"[A-Z]{4}", fullmatch=True),
    begins=moments,
    ends=moments,
    schedule=st.just("") | words,
    text=words,
    floor_ft_amsl=st.none() | st.integers(0, 99_999),
    ceiling_ft_amsl=st.integers(0, 99_999),
)


def test_the_sample_is_read_and_written_word_for_word() -> None:
    read = read_notam(SAMPLE)

    assert write_notam(read).split() == SAMPLE.split()
    assert read.qualifiers == Qualifiers(
        fir="EHAA",
        code="QWULW",
        traffic="IV",
        purpose="BO",
        scope="W",
        lower_fl=0,
        upper_fl=22,
        latitude_min=52 * 60 + 17,
        longitude_min=6 * 60 + 53,
        radius_nm=4,
    )
    assert (read.begins, read.ends) == (
        dt.datetime(2026, 6, 15, 7, tzinfo=dt.UTC),
        dt.datetime(2026, 6, 19, 15, tzinfo=dt.UTC),
    )
    assert (read.schedule, read.floor_ft_amsl, read.ceiling_ft_amsl) == ("15-19 0700-1500", None, 2200)


@given(notams)
def test_what_is_written_is_read_back_in_ascii_and_short_lines(notam: NotamText) -> None:
    try:
        text = write_notam(notam)
    except ValueError:
        # only what looks like the beginning of another field can't be told from one
        assert ")" in notam.text + notam.schedule or len(notam.text) > LONGEST_TEXT
        return

    assert read_notam(text) == notam
    assert text.isascii()
    assert max(map(len, text.split("\n"))) <= LONGEST_LINE
    assert set(notam.fields()) == set("QABCDEFG")


@given(st.text() | st.text("QABCDEFG)/ \n0123456789NEGNDFTAMSL"))
def test_any_other_text_is_refused_and_never_half_read(text: str) -> None:
    try:
        read = read_notam(text)
    except ValueError:
        return
    assert read_notam(write_notam(read)) == read


@pytest.mark.parametrize("spoilt", ["für alle", "LOWER case", "TAB\tS", "A" * 80, "WORD " * 400 + "END", ""])
def test_a_text_that_a_teleprinter_has_not_is_refused(spoilt: str) -> None:
    with pytest.raises(ValueError, match=r"not a NOTAM|expected the fields"):
        write_notam(replace(read_notam(SAMPLE), text=spoilt))


@pytest.mark.parametrize(
    ("part", "other"),
    [("2606150700", "2613150700"), ("5217N00653E004", "5217N00653E04"), ("000/022", "00/022"), ("F) GND", "F) SFC")],
)
def test_a_field_of_another_width_is_refused(part: str, other: str) -> None:
    with pytest.raises(ValueError, match=r"expected|month"):
        read_notam(SAMPLE.replace(part, other))


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "expected"),
    [
        (52.2758333, 6.8891667, "521633N0065321E"),
        (-33.5, -70.25, "333000S0701500W"),
        (52.99999, 6.999999, "530000N0070000E"),
    ],
)
def test_positions_are_rounded_to_the_second(latitude_deg: float, longitude_deg: float, expected: str) -> None:
    assert position_words(latitude_deg, longitude_deg) == expected
