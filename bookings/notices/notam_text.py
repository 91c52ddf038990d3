"""A NOTAM's text and its fields, written and read (ICAO Annex 15, Doc 8126): ASCII, lines of at most 69 characters."""

import datetime as dt
import re
import textwrap
from dataclasses import dataclass

LONGEST_LINE = 69  # written; what others wrote is read with somewhat longer ones
LONGEST_LINE_READ = 80
LONGEST_TEXT = 1_800  # characters of field E
MOST_FL, MOST_RADIUS_NM = 999, 999
_WORDS = r"[A-Z0-9(][A-Z0-9 .,:/()+-]*"
_QUALIFIERS = re.compile(
    r"([A-Z]{4})/(Q[A-Z]{4})/(I|V|IV|K)/([A-Z]{1,3})/([A-Z]{1,2})/(\d{3})/(\d{3})/(\d{4}[NS]\d{5}[EW])(\d{3})"
)
_NOTAM = re.compile(
    r"Q\) (?P<q>\S+)\nA\) (?P<a>[A-Z]{4}) B\) (?P<b>\d{10}) C\) (?P<c>\d{10})\n"
    rf"(?:D\) (?P<d>{_WORDS}(?:\n{_WORDS})*)\n)?E\) (?P<e>{_WORDS}(?:\n{_WORDS})*)\n"
    r"F\) (?P<f>GND|\d{1,5}FT AMSL) G\) (?P<g>\d{1,5}FT AMSL)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifiers:
    """The Q line; the centre in whole minutes of arc (north and east positive), flight levels in hundreds of feet."""

    fir: str
    code: str
    traffic: str
    purpose: str
    scope: str
    lower_fl: int
    upper_fl: int
    latitude_min: int
    longitude_min: int
    radius_nm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotamText:
    """The fields of a NOTAM; times UTC on whole minutes, `schedule` empty for one span, floor None for the ground."""

    qualifiers: Qualifiers
    location: str
    begins: dt.datetime
    ends: dt.datetime
    schedule: str
    text: str
    floor_ft_amsl: int | None
    ceiling_ft_amsl: int

    def fields(self) -> dict[str, str]:
        """Return the fields by their letters, each in one line."""
        floor = "GND" if self.floor_ft_amsl is None else f"{self.floor_ft_amsl}FT AMSL"
        return {
            "Q": _qualifiers(self.qualifiers),
            "A": self.location,
            "B": f"{self.begins:%y%m%d%H%M}",
            "C": f"{self.ends:%y%m%d%H%M}",
            "D": self.schedule,
            "E": self.text,
            "F": floor,
            "G": f"{self.ceiling_ft_amsl}FT AMSL",
        }


def write_notam(notam: NotamText) -> str:
    """Return the text, without number and brackets.

    Raises:
        ValueError: a field does not fit: too long, or characters that a teleprinter has not.
    """
    fields = notam.fields()
    lines = [f"Q) {fields['Q']}", f"A) {fields['A']} B) {fields['B']} C) {fields['C']}"]
    lines += _folded("D", fields["D"]) if fields["D"] else []
    lines += [*_folded("E", fields["E"]), f"F) {fields['F']} G) {fields['G']}"]
    text = "\n".join(lines)
    if len(notam.text) > LONGEST_TEXT or read_notam(text) != notam:
        raise ValueError(f"not a NOTAM's fields: {fields}")
    return text


def read_notam(text: str) -> NotamText:
    """Return the fields of a text; where its lines are folded does not matter.

    Raises:
        ValueError: it is none, saying which part is not.
    """
    found = _NOTAM.fullmatch(text)
    if found is None or any(len(line) > LONGEST_LINE_READ for line in text.split("\n")):
        raise ValueError("expected the fields Q A B C (D) E F G, each in its place, in lines of at most 80 characters")
    floor = found["f"]
    return NotamText(
        qualifiers=_read_qualifiers(found["q"]),
        location=found["a"],
        begins=_read_time(found["b"]),
        ends=_read_time(found["c"]),
        schedule=(found["d"] or "").replace("\n", " "),
        text=found["e"].replace("\n", " "),
        floor_ft_amsl=None if floor == "GND" else int(floor.removesuffix("FT AMSL")),
        ceiling_ft_amsl=int(found["g"].removesuffix("FT AMSL")),
    )


def position_words(latitude_deg: float, longitude_deg: float) -> str:
    """Return a position to the second, `521633N0065321E`."""
    return _angle(round(latitude_deg * 3600), "NS", degrees=2) + _angle(round(longitude_deg * 3600), "EW", degrees=3)


def _angle(seconds: int, hemispheres: str, *, degrees: int) -> str:
    minutes, second = divmod(abs(seconds), 60)
    degree, minute = divmod(minutes, 60)
    return f"{degree:0{degrees}d}{minute:02d}{second:02d}{hemispheres[seconds < 0]}"


def _qualifiers(q: Qualifiers) -> str:
    latitude, longitude = abs(q.latitude_min), abs(q.longitude_min)
    centre = (
        f"{latitude // 60:02d}{latitude % 60:02d}{'NS'[q.latitude_min < 0]}"
        f"{longitude // 60:03d}{longitude % 60:02d}{'EW'[q.longitude_min < 0]}"
    )
    band = f"{q.lower_fl:03d}/{q.upper_fl:03d}"
    return f"{q.fir}/{q.code}/{q.traffic}/{q.purpose}/{q.scope}/{band}/{centre}{q.radius_nm:03d}"


def _read_qualifiers(text: str) -> Qualifiers:
    found = _QUALIFIERS.fullmatch(text)
    if found is None:
        raise ValueError(f"Q) expected FIR/QCODE/traffic/purpose/scope/FL/FL/centre and radius, got {text}")
    fir, code, traffic, purpose, scope, lower, upper, centre, radius = found.groups()
    return Qualifiers(
        fir=fir,
        code=code,
        traffic=traffic,
        purpose=purpose,
        scope=scope,
        lower_fl=int(lower),
        upper_fl=int(upper),
        latitude_min=_read_minutes(centre[:5]),
        longitude_min=_read_minutes(centre[5:]),
        radius_nm=int(radius),
    )


def _read_minutes(text: str) -> int:
    minutes = int(text[:-3]) * 60 + int(text[-3:-1])
    return -minutes if text[-1] in "SW" else minutes


def _read_time(text: str) -> dt.datetime:
    year, month, day, hour, minute = (int(text[i : i + 2]) for i in range(0, 10, 2))
    return dt.datetime(2000 + year, month, day, hour, minute, tzinfo=dt.UTC)


def _folded(letter: str, words: str) -> list[str]:
    return textwrap.wrap(f"{letter}) {words}", LONGEST_LINE, break_long_words=False, break_on_hyphens=False)
