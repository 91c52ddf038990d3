import datetime as dt

from bookings.rules import RULE_CODES, judge, judge_with_waivers
from bookings.rules.facts import Classification
from testcentre.accounts.roles import Role
from tests.bookings.rules.cases import START, aircraft, booking, codes, lasting, pilot, site, volume, without_papers


def test_a_good_booking_has_no_refusal() -> None:
    assert judge(booking()) == []


def test_all_refusals_come_at_once() -> None:
    facts = booking(
        start=START.replace(hour=1, minute=7),
        end=START.replace(hour=1, minute=16),
        crew=((without_papers(), pilot()),),
        volumes=(volume(ceiling_ft_amsl=60_000),),
        classification=Classification.SECRET,
    )

    assert codes(facts) == [
        "duration_too_short",
        "start_off_raster",
        "outside_opening_hours",
        "outside_daylight",
        "document_missing",
        "document_missing",
        "ceiling_above_limit",
        "classification_too_high",
    ]


def test_every_refusal_says_what_was_expected_what_came_and_what_to_do() -> None:
    refusals = judge(lasting(9, crew=((without_papers(), pilot()),)))

    assert [bool(r.field and r.message and r.expected and r.got and r.remedy) for r in refusals] == [True] * 3


def test_one_who_may_waives_a_refusal_and_it_is_told_apart() -> None:
    facts = lasting(9, waivers=frozenset({"duration_too_short"}), asker_role="operator")

    judgement = judge_with_waivers(facts)

    assert [r.code for r in judgement.refusals] == []
    assert [r.code for r in judgement.waived] == ["duration_too_short"]


def test_a_waiver_of_one_who_may_not_counts_for_nothing() -> None:
    facts = lasting(9, waivers=frozenset({"duration_too_short"}), asker_role="booker")

    assert codes(facts) == ["duration_too_short"]


def test_one_who_may_waive_waives_only_what_is_named() -> None:
    facts = lasting(9, waivers=frozenset({"start_off_raster"}), asker_role="operator")

    assert codes(facts) == ["duration_too_short"]


def test_documents_are_never_waived() -> None:
    facts = booking(crew=((aircraft(), pilot()),), waivers=frozenset(RULE_CODES), asker_role="manager")

    assert codes(facts) == ["document_missing"]


def test_only_roles_that_exist_may_waive() -> None:
    assert {role for code in RULE_CODES.values() for role in code.waivable_by} <= set(Role)


def test_the_exercise_site_asks_for_no_hour_and_still_for_documents() -> None:
    start = dt.datetime(2027, 1, 20, 23, 31, tzinfo=dt.UTC)
    facts = booking(
        site=site("ehtw-exercise"),
        now=start,
        start=start,
        end=start + dt.timedelta(minutes=40),
        resources=(),
        crew=((aircraft(), pilot()),),
        volumes=(volume(ceiling_ft_amsl=1650),),
    )

    assert codes(facts) == ["document_missing"]
