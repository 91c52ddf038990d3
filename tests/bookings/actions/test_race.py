"""Two companies race for the same slots through the real action: each slot is granted once, the rest are clashes."""

import threading
from collections import Counter

import pytest
from django.db import connection

from bookings.actions.request_booking import request_booking
from bookings.models import Booking, Claim
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash
from tests.factories import a_crew, load_exercise, tomorrow, wish_of
from tests.people import person

RACERS, SLOTS = 10, 30


@pytest.mark.django_db(transaction=True)
def test_ten_racers_for_thirty_slots_get_thirty_grants() -> None:
    load_exercise()
    people = [person("aero/booker"), person("heavylift/booker")]
    racers = [(people[n % 2], (a_crew(people[n % 2]),)) for n in range(RACERS)]
    gate = threading.Barrier(RACERS)
    results: list[tuple[int, str]] = []

    def race(number: int) -> None:
        who, crew = racers[number]
        try:
            for slot in range(SLOTS):
                wish = wish_of(who, crew=crew, start=tomorrow(slot * 0.75), minutes=30, resources=("RWY-05-23",))
                gate.wait(60)
                try:
                    request_booking(who.asker, wish, now=utc_now())
                    results.append((slot, "granted"))
                except Clash as clash:
                    results.append((slot, ",".join(sorted({r.code for r in clash.refusals}))))
        finally:
            connection.close()

    crews = [threading.Thread(target=race, args=(n,)) for n in range(RACERS)]
    for thread in crews:
        thread.start()
    for thread in crews:
        thread.join()

    assert Counter(result for _, result in results) == {"granted": SLOTS, "resource_busy": SLOTS * (RACERS - 1)}
    assert Counter(slot for slot, result in results if result == "granted") == dict.fromkeys(range(SLOTS), 1)
    assert Booking.objects.count() == SLOTS
    assert Claim.objects.values("booking").distinct().count() == SLOTS
