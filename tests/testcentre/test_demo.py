"""The demo is there at the first start, the same at the second, and alive again after days off."""

import datetime as dt
import json
import stat
from pathlib import Path

import pytest

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.complete_booking import complete_booking
from bookings.actions.load_site import load_site
from bookings.actions.plan import Wish
from bookings.actions.request_booking import request_booking
from bookings.models import Aircraft, Booking, Pilot
from bookings.queries import admissions
from bookings.rules.facts import VolumeFacts
from telemetry.simulator.place import booked_outline
from testcentre.accounts.models import Membership, User
from testcentre.demo.fleet import DRONE_SYSTEM_ID, ensure_fleet
from testcentre.demo.people import AERO, HEAVYLIFT, OPERATOR, ensure_people
from testcentre.demo.secrets_file import NAME, DemoSecrets
from testcentre.demo.seed import seed
from testcentre.demo.slots import SLOT, TRY_AGAIN, DroneSlots
from testcentre.foundation.clock import utc_now

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2031, 5, 7, 12, 0, 20, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def exercise_site(db: None) -> None:
    load_site("ehtw-exercise")


def everything() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (User, Membership, Aircraft, Pilot, Booking)}


def slots_of(data: Path, said: list[str] | None = None) -> DroneSlots:
    secrets = DemoSecrets(data)
    people = ensure_people(secrets)
    fleet = ensure_fleet(people[AERO.email], people[HEAVYLIFT.email], signing_key=secrets.signing_key())
    say = said.append if said is not None else print
    return DroneSlots(people[AERO.email], people[OPERATOR.email], crew=fleet.drone, say=say)


def drone_states() -> list[tuple[dt.datetime, str]]:
    return list(
        Booking.objects.filter(crew__aircraft__mavlink_system_id=DRONE_SYSTEM_ID)
        .order_by("start")
        .values_list("start", "state")
    )


def test_a_second_start_adds_nothing_and_tells_the_same(tmp_path: Path) -> None:
    first = seed(tmp_path)
    there = everything()
    assert there["User"] == there["Membership"] == 5
    assert there["Aircraft"] == there["Pilot"] == 3
    assert seed(tmp_path) == first
    assert everything() == there


def test_the_accounts_told_are_those_that_sign_in(tmp_path: Path) -> None:
    told = seed(tmp_path)
    for user in User.objects.all():
        (line,) = [line for line in told if user.email in line]
        assert user.check_password(line.split()[1])


def test_passwords_are_this_installations_alone_and_for_its_owners_eyes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for data in (one, other):
        data.mkdir()
        DemoSecrets(data).password(AERO.email)
        DemoSecrets(data).signing_key()
    assert set(json.loads((one / NAME).read_text()).values()).isdisjoint(
        json.loads((other / NAME).read_text()).values()
    )
    assert stat.S_IMODE((one / NAME).stat().st_mode) == 0o600


def test_a_lost_password_is_made_anew_and_holds(tmp_path: Path) -> None:
    first = DemoSecrets(tmp_path)
    ensure_people(first)
    (tmp_path / NAME).unlink()
    anew = DemoSecrets(tmp_path)
    ensure_people(anew)
    user = User.objects.get(email=OPERATOR.email)
    assert user.check_password(anew.password(OPERATOR.email)[0])
    assert not user.check_password(first.password(OPERATOR.email)[0])


def test_the_drone_has_an_active_slot_now_and_a_confirmed_one_next(tmp_path: Path) -> None:
    assert slots_of(tmp_path).may_take_off(NOON)
    start = NOON.replace(second=0)
    assert drone_states() == [(start, "active"), (start + SLOT, "confirmed")]
    (admitted,) = [a for a in admissions(NOON) if a.admit_from <= NOON < a.admit_until]
    assert (admitted.system_id, admitted.allowed_sources, admitted.signing_key_encrypted is not None) == (42, (), True)


def test_it_does_not_take_off_when_a_flight_would_outlast_the_slot_and_goes_on_in_the_next(tmp_path: Path) -> None:
    slots = slots_of(tmp_path)
    start = NOON.replace(second=0)
    assert slots.may_take_off(NOON)
    assert not slots.may_take_off(start + dt.timedelta(minutes=25))
    assert slots.may_take_off(start + SLOT)
    assert drone_states() == [(start, "completed"), (start + SLOT, "active"), (start + 2 * SLOT, "confirmed")]


def test_after_days_off_old_slots_are_closed_and_it_flies_again(tmp_path: Path) -> None:
    assert slots_of(tmp_path).may_take_off(NOON)
    later = NOON + dt.timedelta(days=3)
    assert slots_of(tmp_path).may_take_off(later)
    assert [state for _, state in drone_states()] == ["completed", "no_show", "active", "confirmed"]


def test_a_slot_that_an_operator_took_away_is_replaced(tmp_path: Path) -> None:
    slots = slots_of(tmp_path)
    operator = ensure_people(DemoSecrets(tmp_path))[OPERATOR.email]
    assert slots.may_take_off(NOON)
    active = Booking.objects.get(state="active")
    complete_booking(operator, active.id, now=NOON, reason="a visitor tries it")
    assert slots.may_take_off(NOON + dt.timedelta(minutes=2))
    assert [state for _, state in drone_states()] == ["completed", "active", "confirmed"]


def test_between_two_slots_it_flies_only_what_fits(tmp_path: Path) -> None:
    slots = slots_of(tmp_path)
    operator = ensure_people(DemoSecrets(tmp_path))[OPERATOR.email]
    assert slots.may_take_off(NOON)
    complete_booking(operator, Booking.objects.get(state="active").id, now=NOON)
    start = NOON.replace(second=0)
    assert not slots.may_take_off(start + SLOT - dt.timedelta(minutes=7))
    assert drone_states() == [(start, "completed"), (start + SLOT, "confirmed")]
    assert slots.may_take_off(start + SLOT)


def test_air_that_a_visitor_has_is_left_to_them_until_it_is_free(tmp_path: Path) -> None:
    said: list[str] = []
    slots = slots_of(tmp_path, said)
    assert slots.may_take_off(NOON)
    following = Booking.objects.get(state="confirmed")
    aero = ensure_people(DemoSecrets(tmp_path))[AERO.email]
    cancel_booking(aero, following.id, now=NOON)
    rival = rival_takes_the_circuit(tmp_path, following.start)
    at = following.start + dt.timedelta(seconds=5)
    assert not slots.may_take_off(at)
    assert len(said) == 1
    assert said[0].startswith("the drone waits on its pad: ")
    cancel_booking(ensure_people(DemoSecrets(tmp_path))[HEAVYLIFT.email], rival.id, now=at)
    assert not slots.may_take_off(at + dt.timedelta(seconds=1))
    assert slots.may_take_off(at + TRY_AGAIN)


def rival_takes_the_circuit(data: Path, start: dt.datetime) -> Booking:
    secrets = DemoSecrets(data)
    people = ensure_people(secrets)
    fleet = ensure_fleet(people[AERO.email], people[HEAVYLIFT.email], signing_key=secrets.signing_key())
    volume = VolumeFacts(outline=booked_outline(), ceiling_ft_amsl=400)
    wish = Wish(crew=(fleet.competitor,), purpose="the same air", start=start, end=start + 2 * SLOT, volumes=(volume,))
    return request_booking(people[HEAVYLIFT.email], wish, now=NOON)


def test_the_competitor_has_slots_ahead_and_one_request_waits(tmp_path: Path) -> None:
    seed(tmp_path)
    states = sorted(
        Booking.objects.filter(organisation__slug="heavylift", end__gt=utc_now()).values_list("state", flat=True)
    )
    assert states == ["confirmed"] * 4 + ["requested"]
