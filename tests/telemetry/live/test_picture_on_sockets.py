"""What a console sees: snapshot, ticks, and what survives a restart."""

import time
from collections.abc import Callable
from datetime import timedelta

from telemetry.bus.feed import Unadmitted
from telemetry.live.hub import TICK_S
from testcentre.foundation.clock import utc_now
from tests.factories import load_exercise
from tests.people import person
from tests.telemetry.live.makers import flight, heartbeat, state
from tests.telemetry.live.serving import Frame, Server

Send = Callable[..., None]


def row_of(frame: Frame, flight_id: object) -> Frame:
    (row,) = [row for row in frame["flights"] if row["id"] == str(flight_id)]
    return row


def has(frame: Frame, flight_id: object) -> bool:
    return frame["type"] == "tick" and any(row["id"] == str(flight_id) for row in frame["flights"])


def test_the_first_frame_shows_every_flight_that_has_not_ended_heard_or_not(server: Server, send_state: Send) -> None:
    heard, unheard, ended = flight("aero"), flight("heavylift"), flight("aero", phase="ended")
    send_state(state(heard, latitude_deg=52.2758333, longitude_deg=6.8891667), heartbeat("gateway-1"))
    snapshot = server.open("/ws/range", person("range/safety").key).opening()
    assert {row["id"] for row in snapshot["flights"]} == {str(heard.id), str(unheard.id)}
    assert str(ended.id) not in snapshot
    assert (snapshot["type"], snapshot["position"], snapshot["alarms"], snapshot["more_flights"]) == (
        "snapshot",
        0,
        [],
        0,
    )
    shown = row_of(snapshot, heard.id)
    assert shown["sample"] == {"latitude_deg": 52.2758333, "longitude_deg": 6.8891667}
    assert shown["link"] == "fresh"
    assert shown["organisation"]["name"] == "Aero Cargo BV"
    assert shown["aircraft"]["name"] == "Lifter of aero"
    assert shown["phase"] == "expected"
    assert shown["volumes"][0]["ceiling_ft_amsl"] == 400
    assert [row_of(snapshot, unheard.id)[name] for name in ("sample", "link", "age_s")] == [None, None, None]
    assert [gateway["name"] for gateway in snapshot["range"]["gateways"]] == ["gateway-1"]


def test_the_snapshot_names_the_site_and_says_when_nothing_on_it_is_real(server: Server) -> None:
    key = person("range/operator").key
    assert server.open("/ws/range", key).opening()["range"]["site"] is None
    load_exercise()
    site = server.open("/ws/range", key).opening()["range"]["site"]
    assert (site["code"], site["exercise"], site["version"]) == ("ehtw-exercise", True, 1)


def test_of_a_restricted_booking_range_control_sees_the_aircraft_but_not_whose_it_is(
    server: Server, send_state: Send
) -> None:
    secret = flight("aero", classification="Dep.V.")
    send_state(state(secret, altitude_amsl_m=90.0))
    snapshot = server.open("/ws/range", person("range/operator").key).opening()
    row = row_of(snapshot, secret.id)
    assert row["sample"] == {"altitude_amsl_m": 90.0}
    assert row["link"] == "fresh"
    assert not {"organisation", "booking", "aircraft"} & set(row)
    assert "Aero" not in str(snapshot)
    assert str(secret.organisation_id) not in str(snapshot)
    assert row_of(server.open("/ws/range", person("range/safety").key).opening(), secret.id)["organisation"]


def test_ticks_come_ten_times_a_second_also_when_nothing_changes(server: Server) -> None:
    console = server.open("/ws/range", person("range/operator").key)
    console.wait_for(lambda frame: frame["type"] == "tick")
    ticks = [frame for frame in console.frames(3) if frame["type"] == "tick"]
    assert 27 <= len(ticks) <= 31


def test_a_new_state_is_in_the_next_tick_and_its_age_grows_until_the_link_is_lost(
    server: Server, send_state: Send
) -> None:
    flown = flight("aero")
    console = server.open("/ws/range", person("range/operator").key)
    console.wait_for(lambda frame: frame["type"] == "tick")
    send_state(state(flown, altitude_amsl_m=91.5))
    first = row_of(console.wait_for(lambda frame: has(frame, flown.id), 1), flown.id)
    assert first["sample"] == {"altitude_amsl_m": 91.5}
    assert first["link"] == "fresh"
    assert first["age_s"] < 0.3
    assert first["links"]["udp 1"]["signed"] is True
    assert first["links"]["udp 1"]["is_newest"] is True
    seen = [row_of(frame, flown.id) for frame in console.frames(5.6) if has(frame, flown.id)]
    turns = list(dict.fromkeys(row["link"] for row in seen))
    assert turns == ["fresh", "late", "stale", "lost"]
    lost = next(row for row in seen if row["link"] == "lost")
    assert 5.0 <= lost["age_s"] < 5.3


def test_a_lost_aircraft_does_not_vanish_because_a_process_restarted(server: Server, send_state: Send) -> None:
    in_redis, in_database = (
        flight("aero"),
        flight(
            "heavylift",
            phase="recording",
            last_sample={"altitude_amsl_m": 50.0},
            last_received=utc_now() - timedelta(minutes=3),
        ),
    )
    send_state(state(in_redis, age_s=60, altitude_amsl_m=80.0))
    server.restart()
    console = server.open("/ws/range", person("range/operator").key)
    for frame in (console.opening(), console.wait_for(lambda frame: has(frame, in_redis.id))):
        kept = row_of(frame, in_redis.id)
        assert (kept["sample"], kept["link"]) == ({"altitude_amsl_m": 80.0}, "lost")
        assert 60 <= kept["age_s"] < 70
        kept = row_of(frame, in_database.id)
        assert (kept["sample"], kept["link"]) == ({"altitude_amsl_m": 50.0}, "lost")
        assert 180 <= kept["age_s"] < 190


def test_a_flight_socket_tells_of_that_flight_only(server: Server, send_state: Send) -> None:
    own, other = flight("aero"), flight("heavylift")
    socket = server.open(f"/ws/flights/{own.id}", person("aero/viewer").key)
    snapshot = socket.opening()
    assert [row["id"] for row in snapshot["flights"]] == [str(own.id)]
    assert "unadmitted" not in snapshot["range"]
    send_state(state(own, armed=True), state(other, armed=True))
    told = {row["id"] for frame in socket.frames(1.5) for row in frame["flights"]}
    assert told == {str(own.id)}


def test_links_without_a_grant_are_named_with_their_source(server: Server, send_state: Send) -> None:
    stranger = Unadmitted(
        source="127.0.0.1:9",
        system_id=251,
        reason="no_grant",
        packets=20,
        first="2026-11-25T04:00:00Z",
        last="2026-11-25T04:00:01Z",
        first_bytes="fd09",
        messages=["HEARTBEAT"],
        vehicle="MAV_TYPE_HEXAROTOR",
        autopilot="MAV_AUTOPILOT_PX4",
    )
    send_state(heartbeat("gateway-1", stranger))
    console = server.open("/ws/range", person("range/operator").key)
    expected = [
        {
            "gateway": "gateway-1",
            "source": "127.0.0.1:9",
            "system_id": 251,
            "reason": "no_grant",
            "packets": 20,
            "first": "2026-11-25T04:00:00Z",
            "last": "2026-11-25T04:00:01Z",
            "first_bytes": "fd09",
            "messages": ["HEARTBEAT"],
            "vehicle": "MAV_TYPE_HEXAROTOR",
            "autopilot": "MAV_AUTOPILOT_PX4",
        }
    ]
    assert console.opening()["range"]["unadmitted"] == expected
    assert console.wait_for(lambda frame: frame.get("unadmitted"))["unadmitted"] == expected


def test_a_reader_that_stops_reading_is_told_what_it_skipped_and_then_sees_all(
    server: Server, send_state: Send
) -> None:
    flights = [flight("aero") for _ in range(40)]
    console = server.open("/ws/range", person("range/operator").key, is_narrow=True)
    console.opening()
    for _ in range(12):  # 800 kB a tick: more than what the system holds for a socket, then the slot is replaced
        send_state(*(state(flown, mode="x" * 20_000) for flown in flights))
        time.sleep(TICK_S)
    send_state(*(state(flown, mode="last") for flown in flights))
    late = console.wait_for(lambda frame: frame.get("skipped"), 10)
    assert late["skipped"] > 0
    assert len(late["flights"]) == 40
    newest = console.wait_for(lambda frame: frame["flights"] and frame["flights"][0]["sample"]["mode"] == "last", 10)
    assert len(newest["flights"]) <= 40
