import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from bookings.rules import judge
from bookings.rules.documents import flight_date, least_cover_sdr
from bookings.rules.facts import InsuranceFacts
from tests.bookings.rules.cases import FAR, NOW, START, aircraft, booking, codes, lasting, pilot, resource

FLIGHT_DAY = START.date()
DAY_BEFORE = FLIGHT_DAY - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("mtom_kg", "cover_sdr"),
    [
        (19.9, 0), (20, 750_000), (499.9, 750_000), (500, 1_500_000), (999, 1_500_000), (1_000, 3_000_000),
        (2_700, 7_000_000), (6_000, 18_000_000), (11_999, 18_000_000), (12_000, 80_000_000),
    ],
)  # fmt: skip
def test_cover_rises_with_take_off_mass(mtom_kg: float, cover_sdr: int) -> None:
    assert least_cover_sdr(mtom_kg) == cover_sdr


def test_insurance_is_valid_on_its_last_day() -> None:
    assert codes(booking(crew=((aircraft(insurance=InsuranceFacts(750_000, FLIGHT_DAY)), pilot(FAR)),))) == []


def test_insurance_that_is_valid_today_but_not_on_the_flight_date_is_refused() -> None:
    assert NOW.date() < DAY_BEFORE

    (refusal,) = judge(booking(crew=((aircraft(insurance=InsuranceFacts(750_000, DAY_BEFORE)), pilot(FAR)),)))

    assert (refusal.code, refusal.field) == ("document_expired", "aircraft")
    assert (refusal.expected, refusal.got) == ("insurance valid on 2027-03-03", "insurance valid until 2027-03-02")


def test_an_expired_insurance_that_covers_too_little_has_two_faults() -> None:
    facts = booking(crew=((aircraft(insurance=InsuranceFacts(749_999, DAY_BEFORE)), pilot(FAR)),))

    assert codes(facts) == ["document_expired", "insurance_cover_too_low"]


def test_below_20_kg_no_insurance_is_asked() -> None:
    assert codes(booking(crew=((aircraft(mtom_kg=19.9, insurance=None), pilot(FAR)),))) == []


def test_one_valid_certificate_is_enough() -> None:
    assert codes(booking(crew=((aircraft(), pilot(DAY_BEFORE, FLIGHT_DAY)),))) == []


def test_the_newest_of_the_expired_certificates_is_named() -> None:
    (refusal,) = judge(booking(crew=((aircraft(), pilot(DAY_BEFORE, dt.date(2020, 1, 1))),)))

    assert (refusal.code, refusal.field) == ("document_expired", "pilot")
    assert refusal.got == "STS STS-0 valid until 2027-03-02"


def test_of_a_crew_the_one_without_papers_is_pointed_at() -> None:
    second = (replace(aircraft(), id=UUID(int=22)), replace(pilot(), id=UUID(int=32)))

    (refusal,) = judge(booking(crew=((aircraft(), pilot(FAR)), second)))

    assert (refusal.code, refusal.field) == ("document_missing", "crew[1].pilot")


def test_the_flight_date_is_the_local_date_of_the_last_moment() -> None:
    late = dt.datetime(2027, 6, 2, 21, 0, tzinfo=dt.UTC)  # 23:00 at Twente

    assert flight_date(booking(start=late, end=late + dt.timedelta(hours=1))) == dt.date(2027, 6, 2)
    assert flight_date(booking(start=late, end=late + dt.timedelta(hours=1, seconds=1))) == dt.date(2027, 6, 3)


def test_documents_reach_the_end_of_a_slot_of_days() -> None:
    facts = lasting(24 * 60, resources=(resource("HANGAR"),), volumes=(), crew=((aircraft(), pilot(FLIGHT_DAY)),))

    assert codes(facts) == ["document_expired"]
