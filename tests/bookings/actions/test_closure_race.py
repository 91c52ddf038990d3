"""Real connections: who books while the range closes is either displaced or refused, never left in what is closed."""

import threading

import pytest
from django.db import connection

from bookings.actions.close_resources import WantedClosure, close_resources
from bookings.actions.request_booking import request_booking
from bookings.models import Booking, Claim, Closure, ClosureCause, Resource
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash
from tests.factories import a_crew, load_exercise, tomorrow, wish_of
from tests.people import person

ROUNDS, BOOKERS = 8, 3


@pytest.mark.django_db(transaction=True)
def test_a_closure_and_requests_of_the_same_second() -> None:
    load_exercise()
    manager, who = person("range/manager"), person("aero/booker")
    crews = [(a_crew(who),) for _ in range(BOOKERS)]
    gate = threading.Barrier(1 + BOOKERS)
    answers: list[str] = []
    codes: set[str] = set()

    def close() -> None:
        for hour in range(ROUNDS):
            gate.wait(60)
            wanted = WantedClosure(
                codes=("RWY-05-23",), period=(tomorrow(hour), tomorrow(hour + 0.9)), cause=ClosureCause.MAINTENANCE
            )
            close_resources(manager.asker, wanted, now=utc_now())
        connection.close()

    def book(number: int) -> None:
        for hour in range(ROUNDS):
            wish = wish_of(
                who, crew=crews[number], start=tomorrow(hour + 0.25 * number), minutes=10, resources=("RWY-05-23",)
            )
            gate.wait(60)
            try:
                request_booking(who.asker, wish, now=utc_now())
                answers.append("granted")
            except Clash as clash:
                answers.append("refused")
                codes.update(refusal.code for refusal in clash.refusals)
        connection.close()

    threads = [threading.Thread(target=close), *(threading.Thread(target=book, args=(n,)) for n in range(BOOKERS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == ROUNDS * BOOKERS
    # what is held in place of a displaced one has its aircraft and pilot too
    assert codes <= {"resource_busy", "aircraft_busy", "pilot_busy"}
    asked = Booking.objects.filter(replaces=None)
    assert answers.count("granted") == asked.count()
    assert set(asked.values_list("state", flat=True)) <= {"displaced", "requested"}
    key = Resource.objects.get(code="RWY-05-23").claim_key
    for closure in Closure.objects.all():
        there = Claim.objects.filter(active=True, key__contains=key, period__overlap=(closure.start, closure.end))
        assert [claim.closure_id for claim in there] == [closure.id]
