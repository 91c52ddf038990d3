"""Documents: papers are valid **on the flight date**, not today. What every rule of papers shares.

The flight date is the site's local date on which the slot ends; a paper is valid on its first and last day too. Which
papers a flight needs is the site's policy (`papers` in the site file), by mass, kind and class of the aircraft and by
kind of organisation.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from bookings.rules.code import RuleCode
from bookings.rules.facts import AircraftFacts, BookingFacts, PaperFacts, PaperNeed, PilotFacts
from testcentre.foundation.errors import Refusal

DOCUMENT_MISSING = RuleCode("document_missing", "A paper that the flight needs is not there.")
DOCUMENT_EXPIRED = RuleCode("document_expired", "A paper that the flight needs ends before the flight date.")
DOCUMENT_NOT_YET_VALID = RuleCode(
    "document_not_yet_valid", "A paper that the flight needs begins after the flight date."
)


def flight_date(facts: BookingFacts) -> dt.date:
    """Return the local date of the slot's last moment."""
    last = max(facts.start, facts.end - dt.timedelta(microseconds=1))
    return last.astimezone(ZoneInfo(facts.site.timezone)).date()


def is_valid_on(paper: PaperFacts, day: dt.date) -> bool:
    """Say whether a paper is valid on a day; its first and last day count."""
    return (paper.valid_from is None or paper.valid_from <= day) and day <= paper.valid_until


def crew_with_fields(facts: BookingFacts) -> Iterator[tuple[AircraftFacts, PilotFacts, str]]:
    """Yield each aircraft and pilot with the beginning of the path at which a refusal names them."""
    for i, (aircraft, pilot) in enumerate(facts.crew):
        yield aircraft, pilot, f"crew[{i}]." if len(facts.crew) > 1 else ""


def needs_of(facts: BookingFacts, aircraft: AircraftFacts, *, of: str) -> Iterator[PaperNeed]:
    """Yield what the site's policy asks for when this organisation flies this aircraft."""
    for need in facts.site.papers.needs:
        if (
            need.of == of
            and aircraft.mtom_kg >= need.from_mtom_kg
            and facts.organisation.kind in (need.organisation_kinds or {facts.organisation.kind})
            and aircraft.kind in (need.aircraft_kinds or {aircraft.kind})
            and aircraft.class_label in (need.class_labels or {aircraft.class_label})
        ):
            yield need


def not_held(
    need: PaperNeed, papers: Sequence[PaperFacts], *, holder: str, day: dt.date, field: str
) -> Iterable[Refusal]:
    """Refuse unless one of the papers meets the need on the day; ``holder`` says whose they are."""
    kinds = {kind.casefold() for kind in need.kinds}
    held = [paper for paper in papers if not kinds or paper.kind.casefold() in kinds]
    if any(is_valid_on(paper, day) for paper in held):
        return
    wanted = " or ".join(kind.replace("_", " ") for kind in need.kinds) or "certificate"
    expected = f"{wanted} valid on {day}"
    past = [paper for paper in held if paper.valid_until < day]
    if past:
        last = max(past, key=lambda paper: paper.valid_until)
        yield DOCUMENT_EXPIRED.refuse(
            f"{holder}: {_words(last)} ends on {last.valid_until}, before the flight on {day}.",
            field=field,
            expected=expected,
            got=f"{_words(last)} valid until {last.valid_until}",
            remedy="Enter the renewed paper, or fly earlier.",
        )
    elif held:
        first = min(held, key=lambda paper: paper.valid_from or day)
        yield DOCUMENT_NOT_YET_VALID.refuse(
            f"{holder}: {_words(first)} begins on {first.valid_from}, after the flight on {day}.",
            field=field,
            expected=expected,
            got=f"{_words(first)} valid from {first.valid_from}",
            remedy="Enter the paper that is valid before it, or fly later.",
        )
    else:
        yield DOCUMENT_MISSING.refuse(
            f"{holder} has no {wanted}; the flight on {day} needs one.",
            field=field,
            expected=expected,
            got=f"no {wanted}",
            remedy="Enter the paper: POST /api/v1/papers.",
        )


def _words(paper: PaperFacts) -> str:
    return f"{paper.kind.replace('_', ' ')} {paper.number}"
