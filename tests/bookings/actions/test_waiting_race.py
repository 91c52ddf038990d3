"""Real connections: what one frees is never had by a newcomer while somebody waits for it."""

import threading

import pytest
from django.db import connection

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.join_waiting_list import join_waiting_list
from bookings.actions.request_booking import request_booking
from bookings.actions.waiting_wishes import Waited
from bookings.models import Booking, WaitingEntry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash
from tests.factories import a_booking, a_crew, load_exercise, tomorrow, wish_of
from tests.people import person

ROUNDS, NEWCOMERS = 15, 2


@pytest.mark.django_db(transaction=True)
def test_a_newcomer_of_the_same_second_loses_against_the_first_in_line() -> None:
    load_exercise()
    holder, waiter = person("aero/booker"), person("heavylift/booker")
    crews = [(a_crew(who),) for who in (holder, waiter, *[holder] * NEWCOMERS)]
    slots = [tomorrow(round_) for round_ in range(ROUNDS)]
    taken = [a_booking(holder, crew=crews[0], start=slot, resources=("RWY-05-23",)) for slot in slots]
    for slot in slots:
        wish = wish_of(waiter, crew=crews[1], start=slot, resources=("RWY-05-23",))
        join_waiting_list(waiter.asker, Waited(wish=wish), now=utc_now())
    gate = threading.Barrier(1 + NEWCOMERS)
    got: list[str] = []

    def free() -> None:
        for booking in taken:
            gate.wait(60)
            cancel_booking(holder.asker, booking.id, now=utc_now())
        connection.close()

    def ask(number: int) -> None:
        for slot in slots:
            wish = wish_of(holder, crew=crews[2 + number], start=slot, resources=("RWY-05-23",))
            gate.wait(60)
            for _ in range(3):
                try:
                    request_booking(holder.asker, wish, now=utc_now())
                    got.append("granted")
                except Clash as clash:
                    got.extend(refusal.code for refusal in clash.refusals)
        connection.close()

    threads = [threading.Thread(target=free), *(threading.Thread(target=ask, args=(n,)) for n in range(NEWCOMERS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == ["resource_busy"] * (ROUNDS * NEWCOMERS * 3)
    assert set(WaitingEntry.objects.values_list("state", flat=True)) == {"offered"}
    assert Booking.objects.filter(state="held", organisation_id=waiter.organisation_id).count() == ROUNDS
