import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from bookings.rules import judge, judge_papers
from bookings.rules.facts import BookingFacts, PaperFacts, PaperKind, PaperNeed, PaperPolicy
from tests.bookings.rules.cases import (
    AERO,
    FAR,
    START,
    aircraft,
    authorisation,
    booking,
    codes,
    insurance,
    pilot,
    site,
    without_papers,
)

DAY_BEFORE = START.date() - dt.timedelta(days=1)
DAY_AFTER = START.date() + dt.timedelta(days=1)


def flown_by(craft: Any, **changes: Any) -> BookingFacts:
    return booking(crew=((craft, pilot(FAR)),), **changes)


def needing(**need: Any) -> Any:
    """Return the site with one need of its own, for an airworthiness certificate unless said otherwise."""
    none: dict[str, Any] = {
        "of": "aircraft",
        "kinds": (PaperKind.AIRWORTHINESS,),
        "from_mtom_kg": 0,
        "organisation_kinds": frozenset(),
        "aircraft_kinds": frozenset(),
        "class_labels": frozenset(),
    }
    return replace(site(), papers=PaperPolicy(needs=(PaperNeed(**(none | need)),), cover=(), warn_days=()))


def test_insurance_that_ends_before_the_flight_says_what_it_is_and_when_it_ends() -> None:
    (refusal,) = judge(flown_by(aircraft(insurance(valid_until=DAY_BEFORE))))

    assert (refusal.code, refusal.field) == ("document_expired", "aircraft")
    assert (refusal.expected, refusal.got) == ("insurance valid on 2027-03-03", "insurance P-1 valid until 2027-03-02")


def test_the_next_insurance_takes_over_from_one_that_ends() -> None:
    old = insurance(valid_until=DAY_BEFORE)
    new = insurance(valid_from=START.date())

    assert codes(flown_by(aircraft(old, new))) == []


def test_an_insurance_that_begins_too_late_is_told_with_its_first_day() -> None:
    (refusal,) = judge(flown_by(aircraft(insurance(valid_from=DAY_AFTER))))

    assert (refusal.code, refusal.got) == ("document_not_yet_valid", "insurance P-1 valid from 2027-03-04")


@pytest.mark.parametrize(
    ("mtom_kg", "missing"),
    [(19.9, []), (20, ["insurance"]), (24.9, ["insurance"]), (25, ["insurance", "operational authorisation"])],
)
def test_what_an_aircraft_needs_rises_with_its_mass(mtom_kg: float, missing: list[str]) -> None:
    refusals = judge(flown_by(aircraft(mtom_kg=mtom_kg, papers=())))

    assert [refusal.expected for refusal in refusals] == [f"{one} valid on 2027-03-03" for one in missing]
    assert {refusal.code for refusal in refusals} <= {"document_missing"}


@pytest.mark.parametrize(("kind", "asked"), [("company", 1), ("education", 1), ("defence", 0), ("range", 0)])
def test_an_operational_authorisation_is_asked_of_companies_and_schools(kind: str, asked: int) -> None:
    facts = flown_by(aircraft(papers=(insurance(),)), organisation=replace(AERO, kind=kind))

    assert codes(facts) == ["document_missing"] * asked


@pytest.mark.parametrize("holder", ["aircraft", "organisation"])
def test_a_paper_of_the_organisation_counts_for_each_of_its_aircraft(holder: str) -> None:
    papers = (insurance(), authorisation())
    own, fleet = (papers, ()) if holder == "aircraft" else ((), papers)

    assert codes(flown_by(aircraft(papers=own), organisation=replace(AERO, papers=fleet))) == []


@pytest.mark.parametrize("expired_of", ["aircraft", "organisation"])
def test_an_authorisation_must_cover_the_flight_whoever_holds_it(expired_of: str) -> None:
    expired = (authorisation(valid_until=DAY_BEFORE),)
    own, fleet = (expired, ()) if expired_of == "aircraft" else ((), expired)
    facts = flown_by(aircraft(papers=(insurance(), *own)), organisation=replace(AERO, papers=fleet))

    assert [(r.code, r.got) for r in judge(facts)] == [
        ("document_expired", "operational authorisation OAT-1 valid until 2027-03-02")
    ]


@pytest.mark.parametrize(
    ("need", "asked"),
    [
        ({}, True),
        ({"from_mtom_kg": 100}, True),
        ({"from_mtom_kg": 100.1}, False),
        ({"organisation_kinds": frozenset({"company"})}, True),
        ({"organisation_kinds": frozenset({"defence", "range"})}, False),
        ({"aircraft_kinds": frozenset({"multirotor"})}, True),
        ({"aircraft_kinds": frozenset({"vtol", "fixed_wing"})}, False),
        ({"class_labels": frozenset({""})}, True),
        ({"class_labels": frozenset({"C5", "C6"})}, False),
        ({"aircraft_kinds": frozenset({"multirotor"}), "from_mtom_kg": 101}, False),
    ],
)
def test_a_need_counts_where_all_that_it_is_for_fits(need: dict[str, Any], asked: bool) -> None:
    assert codes(flown_by(aircraft(), site=needing(**need))) == ["document_missing"] * asked


def test_any_one_of_the_kinds_meets_a_need() -> None:
    site_ = needing(kinds=(PaperKind.AIRWORTHINESS, PaperKind.AUTHORISATION))
    held = PaperFacts(PaperKind.AUTHORISATION, "A-1", FAR)

    (refusal,) = judge(flown_by(aircraft(), site=site_))

    assert refusal.expected == "airworthiness or authorisation valid on 2027-03-03"
    assert codes(flown_by(aircraft(held), site=site_)) == []


def test_of_a_crew_each_one_without_papers_is_pointed_at() -> None:
    second = (replace(without_papers(), id=UUID(int=22)), replace(pilot(), id=UUID(int=32)))

    refusals = judge_papers(booking(crew=((aircraft(), pilot(FAR)), second)))

    assert [(r.code, r.field) for r in refusals] == [
        ("document_missing", "crew[1].aircraft"),
        ("document_missing", "crew[1].pilot"),
    ]


def test_no_refusal_of_papers_is_waivable() -> None:
    refusals = judge_papers(booking(crew=((without_papers(retired=True), pilot()),)))

    assert [r.code for r in refusals] == ["retired", "document_missing", "document_missing"]
    assert {r.waivable_by for r in refusals} == {()}
