import datetime as dt
from dataclasses import replace

import pytest

from bookings.rules import judge
from bookings.rules.facts import PaperFacts, PaperNeed, PaperPolicy, PilotFacts
from tests.bookings.rules.cases import AERO, FAR, START, aircraft, booking, codes, pilot, site

FLIGHT_DAY = START.date()
DAY_BEFORE = FLIGHT_DAY - dt.timedelta(days=1)
FOR_THE_HEAVY = PaperNeed(
    of="pilot",
    kinds=("STS", "BVLOS"),
    from_mtom_kg=50,
    organisation_kinds=frozenset(),
    aircraft_kinds=frozenset(),
    class_labels=frozenset(),
)


def having(*papers: PaperFacts) -> PilotFacts:
    return replace(pilot(), papers=papers)


def test_one_valid_certificate_is_enough() -> None:
    assert codes(booking(crew=((aircraft(), pilot(DAY_BEFORE, FLIGHT_DAY)),))) == []


def test_the_newest_of_the_expired_certificates_is_named() -> None:
    (refusal,) = judge(booking(crew=((aircraft(), pilot(DAY_BEFORE, dt.date(2020, 1, 1))),)))

    assert (refusal.code, refusal.field) == ("document_expired", "pilot")
    assert refusal.got == "STS STS-0 valid until 2027-03-02"


def test_a_pilot_without_any_is_told_so() -> None:
    (refusal,) = judge(booking(crew=((aircraft(), pilot()),)))

    assert (refusal.code, refusal.got) == ("document_missing", "no certificate")


def test_papers_of_the_organisation_are_none_of_its_pilots() -> None:
    facts = booking(crew=((aircraft(), pilot()),), organisation=replace(AERO, papers=(PaperFacts("STS", "1", FAR),)))

    assert codes(facts) == ["document_missing"]


@pytest.mark.parametrize(
    ("kind", "mtom_kg", "refused"),
    [
        ("STS", 100, []),
        ("sts", 100, []),
        ("BVLOS", 100, []),
        ("A1/A3", 100, ["document_missing"]),
        ("A1/A3", 49, []),
    ],
)
def test_the_certificate_that_is_asked_for_may_depend_on_the_aircraft(
    kind: str, mtom_kg: float, refused: list[str]
) -> None:
    policy = PaperPolicy(needs=(FOR_THE_HEAVY,), cover=(), warn_days=())
    crew = ((aircraft(mtom_kg=mtom_kg), having(PaperFacts(kind, "1", FAR))),)

    assert codes(booking(crew=crew, site=replace(site(), papers=policy))) == refused
