import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from bookings.actions.activate_booking import activate_booking
from bookings.actions.booking_rows import wish_of
from bookings.actions.cancel_booking import cancel_booking, try_cancelling
from bookings.actions.change_booking import change_booking, try_change
from bookings.actions.check_in import check_in
from bookings.actions.check_weather import check_weather
from bookings.actions.complete_booking import complete_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.decide import decide
from bookings.actions.load_site import load_site
from bookings.actions.mark_no_show import mark_no_show
from bookings.actions.plan import Wish, make_plan
from bookings.actions.pricing import keep_moved_price, price_decision, price_of_move
from bookings.actions.release_booking import release_booking
from bookings.actions.request_booking import try_booking
from bookings.claims.lanes import FREE_BLOCK
from bookings.models import Booking, BookingPrice, Site
from bookings.queries.prices import newest_price
from bookings.tariff import Cause
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Forbidden, Malformed, Refused
from tests.factories import a_booking, load_exercise, tomorrow
from tests.factories import wish_of as wish_for
from tests.people import person

pytestmark = pytest.mark.django_db

DEARER = 'extends = "ehtw-exercise"\n[tariff]\nname = "2027-1"\nminimum_charge = "900.00"\n'
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


def booked(*, confirmed: bool = True, start: dt.datetime | None = None) -> Booking:
    """Book the ILS for two hours: 480.00."""
    booking = a_booking("aero/booker", resources=("ILS-23",), start=start or tomorrow(), minutes=120)
    if confirmed:
        confirm_booking(person("range/operator").asker, booking.id, now=utc_now())
    return booking


def rows(booking: Booking) -> list[tuple[str, bool, str]]:
    found = BookingPrice.objects.filter(booking=booking).order_by("number")
    return [(row.reason, row.due, f"{row.total_ex_vat:.2f}") for row in found]


def load_dearer(folder: Path) -> None:
    (folder / "dearer.toml").write_text(DEARER)
    load_site(folder / "dearer.toml")


def test_a_trial_tells_the_price_that_the_booking_then_has() -> None:
    asker = person("aero/booker")
    wish = wish_for(asker, resources=("ILS-23",), minutes=120)

    trial = try_booking(asker.asker, wish, now=utc_now())
    booking = a_booking(asker, crew=wish.crew, resources=wish.resources, start=wish.start, minutes=120)
    kept = newest_price(booking)

    assert kept is not None
    assert kept.price == trial.price
    assert (trial.price.total_ex_vat, trial.price.free_to_cancel_until) == (
        Decimal("480.00"),
        wish.start - dt.timedelta(days=7),
    )


def test_a_refused_trial_tells_the_price_too() -> None:
    booked()
    asker = person("heavylift/booker")

    trial = try_booking(asker.asker, wish_for(asker, resources=("ILS-23",), minutes=120), now=utc_now())

    assert (trial.would, trial.price.total_ex_vat) == ("refuse", Decimal("480.00"))


def test_a_booking_keeps_the_tariff_that_it_was_made_under(tmp_path: Path) -> None:
    booking = booked()
    load_dearer(tmp_path)
    asker = person("aero/booker").asker

    later = a_booking("aero/booker", resources=("ILS-05",), start=tomorrow(), minutes=60)
    fee = try_cancelling(asker, booking.id, now=booking.start - HOUR)
    (decision,) = decide(make_plan(asker, wish_of(booking), block=FREE_BLOCK, now=utc_now(), beside=booking))
    now = utc_now()
    keep_moved_price(booking, decision, price_of_move(booking, decision, now=now), now=now)

    assert [row.total_ex_vat for row in BookingPrice.objects.filter(booking=later)] == [Decimal("900.00")]
    assert fee.fee.amount == Decimal("384.00")
    assert price_decision(decision).total_ex_vat == Decimal("480.00")
    assert rows(booking) == [("requested", False, "480.00"), ("moved", False, "480.00")]
    assert {row.tariff_version for row in BookingPrice.objects.filter(booking=booking)} == {"2026-2"}
    assert Site.objects.get().version == 2


@pytest.mark.parametrize(("how", "amount"), [("complete", "480.00"), ("release", "480.00"), ("no-show", "480.00")])
def test_what_ends_makes_its_price_due_once(how: str, amount: str) -> None:
    booking = booked()
    operator = person("range/operator").asker
    if how == "no-show":
        mark_no_show(operator, booking.id, now=booking.start)
    else:
        check_in(operator, booking.id, now=booking.start)
        activate_booking(operator, booking.id, now=booking.start)
        (complete_booking if how == "complete" else release_booking)(operator, booking.id, now=booking.start + HOUR)

    reason = "no_show" if how == "no-show" else "completed"
    assert rows(booking) == [("requested", False, "480.00"), (reason, True, amount)]


@pytest.mark.parametrize(
    ("ahead", "cause", "evidence", "row"),
    [
        (200 * HOUR, None, "", ("cancelled", False, "0.00")),
        (100 * HOUR, None, "", ("cancelled", True, "240.00")),
        (2 * HOUR, Cause.OWN, "", ("cancelled", True, "384.00")),
        (2 * HOUR, Cause.WEATHER, "EHTW 231025Z 24025G38KT", ("cancelled", False, "0.00")),
    ],
)
def test_a_company_pays_by_notice_and_by_cause(
    ahead: dt.timedelta, cause: Cause | None, evidence: str, row: tuple[str, bool, str]
) -> None:
    booking = booked(start=tomorrow() + dt.timedelta(days=10))

    cancel_booking(person("aero/booker").asker, booking.id, now=booking.start - ahead, cause=cause, evidence=evidence)

    assert rows(booking)[1:] == [row]
    details = Entry.objects.get(action="booking.cancellation_fee").details
    assert (details["fee"], details["evidence"]) == (row[2], evidence)


def test_what_was_never_granted_is_withdrawn_free() -> None:
    booking = booked(confirmed=False)

    cancel_booking(person("aero/booker").asker, booking.id, now=booking.start - HOUR)

    assert rows(booking)[1:] == [("cancelled", False, "0.00")]


def test_what_the_range_cancels_is_free_unless_it_says_otherwise() -> None:
    first, second = booked(), booked(start=tomorrow(15))
    manager = person("range/manager").asker

    cancel_booking(manager, first.id, now=first.start - HOUR)
    cancel_booking(manager, second.id, now=second.start - HOUR, cause=Cause.OWN)

    assert [rows(each)[1] for each in (first, second)] == [("cancelled", False, "0.00"), ("cancelled", True, "384.00")]


def test_weather_needs_evidence_and_the_ranges_cause_is_the_ranges_word() -> None:
    booking = booked()
    asker = person("aero/booker").asker

    with pytest.raises(Refused) as unproven:
        cancel_booking(asker, booking.id, now=booking.start - HOUR, cause=Cause.WEATHER)
    with pytest.raises(Malformed) as foreign:
        cancel_booking(asker, booking.id, now=booking.start - HOUR, cause=Cause.RANGE)

    assert [caught.value.refusals[0].code for caught in (unproven, foreign)] == [
        "evidence_required",
        "range_staff_only",
    ]
    booking.refresh_from_db()
    assert (booking.state, len(rows(booking))) == ("confirmed", 1)


def test_a_preview_says_what_cancelling_then_costs_and_changes_nothing() -> None:
    booking = booked()
    asker = person("aero/booker").asker

    told = try_cancelling(asker, booking.id, now=booking.start - HOUR)
    booking.refresh_from_db()
    assert (booking.state, booking.version, len(rows(booking))) == ("confirmed", 2, 1)
    cancel_booking(asker, booking.id, now=booking.start - HOUR)

    kept = newest_price(booking)
    assert kept is not None
    assert told.price == kept.price


@pytest.mark.parametrize(
    ("accepted", "row"), [(True, ("weather_accepted", False, "0.00")), (False, ("weather_rejected", True, "384.00"))]
)
def test_the_range_checks_the_weather_once(accepted: bool, row: tuple[str, bool, str]) -> None:
    booking = booked()
    operator = person("range/operator").asker
    cancel_booking(
        person("aero/booker").asker, booking.id, now=booking.start - HOUR, cause=Cause.WEATHER, evidence="gusts 38 kt"
    )

    # whenever it is checked, the notice is that of the cancellation
    check_weather(operator, booking.id, accepted=accepted, reason="METAR", now=booking.start + 100 * HOUR)

    assert rows(booking)[2:] == [row]
    assert Entry.objects.get(action="booking.check_weather").reason == "METAR"
    with pytest.raises(Refused) as again:
        check_weather(operator, booking.id, accepted=accepted, reason="METAR", now=booking.start)
    assert again.value.refusals[0].code == "nothing_to_check"


def test_a_company_does_not_check_its_own_weather() -> None:
    booking = booked()

    with pytest.raises(Forbidden):
        check_weather(person("aero/admin").asker, booking.id, accepted=True, reason="", now=utc_now())


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"number": 1}, "price_number_once"),
        ({"due": True}, "booking_charged_once"),
        ({"total_ex_vat": Decimal(-1), "vat": Decimal(0), "total": Decimal(-1)}, "price_is_not_negative"),
        ({"total": Decimal("0.01")}, "price_adds_up"),
        ({"to_check": True}, "weather_has_evidence"),
        ({"reason": "gift"}, "price_reason_known"),
    ],
)
def test_the_database_refuses_what_no_price_can_be(changes: dict[str, object], constraint: str) -> None:
    booking = booked()
    operator = person("range/operator").asker
    mark_no_show(operator, booking.id, now=booking.start)
    row = newest_price(booking)
    assert row is not None
    fine = {"number": 3, "due": False}
    for name, value in {**fine, **changes}.items():
        setattr(row, name, value)
    row.pk = None

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("ahead", "fee", "free_until"),
    [(2 * HOUR, "384.00", False), (100 * HOUR, "240.00", False), (200 * HOUR, "0.00", True)],
)
def test_who_moves_late_does_not_leave_free_afterwards(ahead: dt.timedelta, fee: str, free_until: bool) -> None:
    booking = booked(start=tomorrow() + 20 * dt.timedelta(days=1))
    asker, now = person("aero/booker").asker, booking.start - ahead
    away = dt.timedelta(days=30)

    trial = try_change(asker, booking.id, later_by(away), now=now, version=None)
    moved = change_booking(asker, booking.id, later_by(away), now=now, version=None)

    kept = newest_price(moved)
    assert kept is not None
    assert kept.price == trial.price
    assert (kept.price.free_to_cancel_until is not None) == free_until
    assert try_cancelling(asker, booking.id, now=now).fee.amount == Decimal(fee)


def later_by(away: dt.timedelta) -> Callable[[Wish], Wish]:
    return lambda wish: replace(wish, start=wish.start + away, end=wish.end + away)
