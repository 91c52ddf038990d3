"""Our lines, read by another's parser."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bookings.outgoing.icalendar import document, instant, text

WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=300)


@given(WORDS)
def test_any_text_is_read_back_as_it_was(words: str) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", "BEGIN:VEVENT", f"SUMMARY:{text(words)}", "END:VEVENT"]
    calendar = Calendar.from_ical(document([*lines, "END:VCALENDAR"]))
    assert str(calendar.walk("VEVENT")[0]["SUMMARY"]) == words


@given(st.text(max_size=300))
def test_no_line_is_longer_than_75_bytes_and_none_is_smuggled_in(words: str) -> None:
    written = document([f"SUMMARY:{text(words)}"])
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert all(line.startswith(b" ") for line in written.removesuffix(b"\r\n").split(b"\r\n")[1:])
    assert not any(byte < 32 for byte in written.replace(b"\r\n", b""))
    written.decode("utf-8")


def test_instants_are_utc() -> None:
    summer = dt.datetime(2027, 7, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert instant(summer) == "20270701T073000Z"
