import datetime as dt
from dataclasses import replace

import pytest

from bookings.rules import judge
from bookings.rules.facts import PaperFacts
from bookings.rules.insurance_cover import least_cover_sdr
from tests.bookings.rules.cases import AERO, FAR, START, aircraft, booking, codes, insurance, pilot, site

DAY_BEFORE = START.date() - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("mtom_kg", "cover_sdr"),
    [
        (19.9, 0), (20, 750_000), (499.9, 750_000), (500, 1_500_000), (999, 1_500_000), (1_000, 3_000_000),
        (2_700, 7_000_000), (6_000, 18_000_000), (11_999, 18_000_000), (12_000, 80_000_000),
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ["ehtw", "ehtw-exercise"])
def test_cover_rises_with_take_off_mass(code: str, mtom_kg: float, cover_sdr: int) -> None:
    assert least_cover_sdr(mtom_kg, site(code).papers.cover) == cover_sdr


def covers(*papers: PaperFacts, fleet: tuple[PaperFacts, ...] = ()) -> list[str]:
    return codes(booking(crew=((aircraft(*papers), pilot(FAR)),), organisation=replace(AERO, papers=fleet)))


def test_the_least_cover_is_enough_and_one_sdr_less_is_not() -> None:
    assert covers(insurance(750_000)) == []
    assert covers(insurance(749_999)) == ["insurance_cover_too_low"]


def test_the_refusal_says_how_much_is_asked() -> None:
    (refusal,) = judge(booking(crew=((aircraft(insurance(500_000), mtom_kg=600), pilot(FAR)),)))

    assert (refusal.expected, refusal.got) == ("at least 1500000 SDR", "500000 SDR")


def test_an_expired_insurance_that_covers_too_little_has_two_faults() -> None:
    assert covers(insurance(749_999, DAY_BEFORE)) == ["document_expired", "insurance_cover_too_low"]


def test_the_best_insurance_of_the_day_counts_and_covers_are_not_added() -> None:
    assert covers(insurance(400_000), insurance(800_000)) == []
    assert covers(insurance(400_000), insurance(400_000)) == ["insurance_cover_too_low"]
    assert covers(insurance(400_000), insurance(800_000, DAY_BEFORE)) == ["insurance_cover_too_low"]


def test_the_insurance_of_a_whole_fleet_counts() -> None:
    assert covers(insurance(400_000), fleet=(insurance(800_000),)) == []


def test_a_paper_that_is_no_insurance_covers_nothing() -> None:
    facts = booking(crew=((aircraft(papers=()), pilot(FAR)),))

    assert "insurance_cover_too_low" not in codes(facts)
