from dataclasses import replace

import pytest

from bookings.rules import judge, judge_papers
from bookings.rules.facts import BookedBefore, BookingFacts, QuotaPolicy
from tests.bookings.rules.cases import AERO, aircraft, booking, codes, insurance, lasting, site


def having(bookings: int, hours: float, *, most: int = 3, most_hours: float = 10, minutes: int = 60) -> BookingFacts:
    policy = replace(site(), quota=QuotaPolicy(most, most_hours), not_for={})
    return replace(lasting(minutes), site=policy, booked_before=BookedBefore(bookings, hours))


@pytest.mark.parametrize(
    ("facts", "times"),
    [
        (having(2, 9), 0),
        (having(3, 1), 1),
        (having(2, 9, minutes=75), 1),
        (having(3, 9.5), 2),
        (having(900, 1, most=0), 0),
        (having(1, 900, most_hours=0), 0),
    ],
)
def test_one_booking_or_one_hour_too_many_is_refused(facts: BookingFacts, times: int) -> None:
    assert codes(facts) == ["quota_exceeded"] * times


def test_without_a_quota_nothing_is_counted() -> None:
    assert codes(replace(having(900, 900), site=replace(site(), quota=None))) == []


def test_the_refusal_says_what_is_left() -> None:
    (refusal,) = judge(having(1, 9.5))
    assert (refusal.expected, refusal.got) == ("a slot of at most 0.50 h", "1.00 h")
    assert refusal.waivable_by == ("operator", "manager")


def test_a_rule_does_not_count_for_whom_the_policy_exempts() -> None:
    exempt = replace(having(3, 1).site, not_for={"quota_exceeded": frozenset({"education"})})
    for kind, told in (("company", ["quota_exceeded"]), ("education", [])):
        facts = replace(having(3, 1), site=exempt, organisation=replace(AERO, kind=kind))
        assert [code for code in codes(facts) if code == "quota_exceeded"] == told


def test_papers_too_are_asked_of_those_they_are_for() -> None:
    bare = booking(crew=((aircraft(insurance(cover_sdr=1)), booking().crew[0][1]),))
    (refusal,) = judge_papers(bare)
    exempt = replace(bare.site, not_for={refusal.code: frozenset({"company"})})

    assert judge_papers(replace(bare, site=exempt)) == []
