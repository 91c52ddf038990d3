import datetime as dt
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actions.request_booking import request_booking
from bookings.actions.try_policy import BATCH, PolicyTrial, try_policy
from bookings.models import Booking, Site
from testcentre.cli import main
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, load_exercise, tomorrow, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def aero() -> Person:
    load_exercise()
    return person("aero/booker")


def under(folder: Path, text: str) -> PolicyTrial:
    file = folder / "site.toml"
    file.write_text(f'extends = "ehtw-exercise"\n{text}')
    return try_policy(file, now=utc_now())


def told(trial: PolicyTrial) -> dict[str, list[str]]:
    return {changed.number: [refusal.code for refusal in changed.refusals] for changed in trial.bookings}


def test_the_present_policy_changes_nothing(aero: Person) -> None:
    a_booking(aero, resources=("RWY-05-23",))
    a_booking(aero, start=tomorrow(12), resources=("HANGAR",))
    for source in (None, "ehtw-exercise"):
        trial = try_policy(source, now=utc_now())
        assert (trial.looked_at, trial.bookings) == (2, ())


def test_a_stricter_file_names_what_it_would_refuse_and_touches_nothing(aero: Person, tmp_path: Path) -> None:
    a_booking(aero, minutes=30)
    a_booking(aero, start=tomorrow(12), minutes=90)
    before = (Site.objects.get().version, list(Booking.objects.values()))

    trial = under(tmp_path, "[limits.standard]\nmax_duration_min = 60\n")

    assert (trial.looked_at, told(trial)) == (2, {"AERO-2": ["duration_too_long"]})
    assert (Site.objects.get().version, list(Booking.objects.values())) == before


def test_other_hours_a_holiday_and_a_gone_resource_are_told(aero: Person, tmp_path: Path) -> None:
    day = tomorrow().date()
    a_booking(aero, start=tomorrow(10))
    a_booking(aero, start=tomorrow(20), resources=("STAND-1",))
    spans = '["0800-1600"]'
    week = f"{{ mon_fri = {spans}, sat = {spans}, sun = {spans}, holiday = [] }}"

    hours = f"[hours.airport]\nwinter = {week}\nsummer = {week}\n"
    assert told(under(tmp_path, hours)) == {"AERO-2": ["outside_opening_hours"]}
    closed = told(under(tmp_path, f"holidays = [{day:%Y-%m-%d}]\n{hours}"))
    assert closed == {"AERO-1": ["outside_opening_hours"], "AERO-2": ["outside_opening_hours"]}

    one_resource = '[[resources]]\ncode = "RWY-05-23"\nname = "Runway"\nkind = "runway"\n'
    gone = told(under(tmp_path, f"neighbours = []\n{one_resource}"))
    assert gone == {"AERO-2": ["resource_gone"]}


def test_what_was_waived_and_would_pass_is_no_longer_refused(aero: Person, tmp_path: Path) -> None:
    wish = wish_of(
        aero,
        minutes=25 * 60,
        organisation_id=aero.organisation_id,
        waive=frozenset({"duration_too_long"}),
        waiver_reason="endurance test",
    )
    request_booking(person("range/operator").asker, wish, now=utc_now())

    assert try_policy(None, now=utc_now()).bookings == ()
    (changed,) = under(tmp_path, "[limits.standard]\nmax_duration_min = 3000\n").bookings
    assert (changed.refusals, changed.no_longer) == ((), ("duration_too_long",))


def test_only_what_stands_is_looked_at_with_the_time_of_its_decision(aero: Person, tmp_path: Path) -> None:
    for hour, state in ((8, "cancelled"), (10, "refused"), (12, "held"), (14, "confirmed")):
        booking = a_booking(aero, start=tomorrow(hour))
        Booking.objects.filter(pk=booking.pk).update(state=state, hold_until=utc_now() + dt.timedelta(hours=1))
    trial = under(tmp_path, "[limits.standard]\nlead_time_others_h = 3\n")

    # asked for a day ahead: looked at an hour before, they are not late
    later = try_policy(tmp_path / "site.toml", now=tomorrow(11))
    assert (trial.looked_at, told(trial)) == (2, {})
    assert (later.looked_at, told(later)) == (2, {})


def test_papers_count_as_they_were_when_it_was_decided(aero: Person) -> None:
    booking = a_booking(aero)
    booking.crew.get().aircraft.papers.all().delete()

    assert try_policy(None, now=utc_now()).bookings == ()


def test_many_bookings_cost_a_fixed_number_of_queries(aero: Person) -> None:
    counts = []
    for hours in ([8], [10, 12, 14]):
        for hour in hours:
            a_booking(aero, start=tomorrow(hour), resources=("RWY-05-23",))
        with CaptureQueriesContext(connection) as queries:
            try_policy(None, now=utc_now())
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert BATCH > 100


def test_the_command_prints_and_exits_by_what_would_change(
    aero: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    a_booking(aero, minutes=90)
    file = tmp_path / "site.toml"
    file.write_text('extends = "ehtw-exercise"\n[limits.standard]\nmax_duration_min = 60\n')

    assert main(["policy", "try"]) == 0
    assert "1 bookings looked at, 0 would change" in capsys.readouterr().out
    assert main(["policy", "try", str(file), "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert [(row["number"], row["refuses"][0]["code"]) for row in body["changes"]] == [("AERO-1", "duration_too_long")]
    assert main(["policy", "try", str(file)]) == 1
    assert "AERO-1" in capsys.readouterr().out
    assert main(["policy", "try", "no-such-site"]) == 2
