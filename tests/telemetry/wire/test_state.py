from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.sample import parse_line
from telemetry.wire.encode import Encoder
from telemetry.wire.framing import Frame, split
from telemetry.wire.state import StateBuilder
from tests.telemetry.wire.peer import NOW_US, heard, sender, some_flight


def state_of(data: bytes, *, system_id: int = 7) -> dict[str, Any]:
    builder = StateBuilder(system_id)
    for piece in split(data):
        if isinstance(piece, Frame):
            builder.feed(piece, NOW_US)
    return builder.sample.as_dict()


@pytest.mark.parametrize("is_v1", [False, True])
def test_units_are_si_and_degrees(is_v1: bool) -> None:
    assert state_of(some_flight(sender(is_v1=is_v1), 1)) == {
        "time": datetime.fromtimestamp(NOW_US / 1e6, UTC).isoformat().replace("+00:00", "Z"),
        "latitude_deg": 52.2758333,
        "longitude_deg": 6.8891667,
        "altitude_amsl_m": 90.0,
        "height_above_takeoff_m": 55.0,
        "ground_speed_m_s": 2.24,
        "vertical_speed_m_s": 0.5,
        "track_deg": 333.43,
        "heading_deg": 359.99,
        "roll_deg": 1.15,
        "pitch_deg": -2.86,
        "yaw_deg": 57.3,
        "battery_pct": 83.0,
        "battery_v": 48.0,
        "armed": True,
        "mode": "LOITER",
        "gps_fix": 3,
        "satellites": 14,
    }


def test_what_a_message_does_not_know_stays_absent() -> None:
    peer = sender()
    peer.global_position_int_send(0, 0, 0, 0, 0, 0x7FFF, 0x7FFF, 0x7FFF, 0xFFFF)
    peer.gps_raw_int_send(0, 0, 0, 0, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 255)
    peer.sys_status_send(0, 0, 0, 0, 0xFFFF, -1, -1, 0, 0, 0, 0, 0, 0)
    peer.battery_status_send(0, 0, 0, 0x7FFF, [0xFFFF] * 10, -1, -1, -1, -1)
    peer.attitude_send(0, float("nan"), float("nan"), float("nan"), 0, 0, 0)
    peer.vfr_hud_send(0, float("nan"), -1, 0, float("nan"), float("inf"))
    assert state_of(heard(peer)) == {"height_above_takeoff_m": 0.0, "gps_fix": 0}


def test_the_better_message_holds_for_two_seconds() -> None:
    builder, peer = StateBuilder(7), sender()
    peer.global_position_int_send(0, 522758333, 68891667, 90_000, 55_000, 200, 0, 0, 0)
    peer.vfr_hud_send(0, 9.5, 180, 0, 70.0, 1.0)
    position, hud = (p for p in split(heard(peer)) if isinstance(p, Frame))
    builder.feed(position, NOW_US)
    builder.feed(hud, NOW_US + 1_999_999)
    assert (builder.sample.ground_speed_m_s, builder.sample.altitude_amsl_m) == (2.0, 90.0)
    builder.feed(hud, NOW_US + 2_000_000)
    assert (builder.sample.ground_speed_m_s, builder.sample.altitude_amsl_m) == (9.5, 70.0)


def test_the_time_since_boot_is_dated_by_the_system_time() -> None:
    peer = sender()
    peer.system_time_send(NOW_US, 10_000)
    peer.attitude_send(12_500, 0, 0, 0, 0, 0, 0)
    assert state_of(heard(peer))["time"] == datetime.fromtimestamp(NOW_US / 1e6 + 2.5, UTC).isoformat(
        timespec="microseconds"
    ).replace("+00:00", "Z")


def test_battery_cells_are_added_and_other_batteries_left_out() -> None:
    peer = sender()
    peer.battery_status_send(0, 0, 0, 0x7FFF, [60_000, 40_500] + [0xFFFF] * 8, -1, -1, -1, 71)
    peer.battery_status_send(1, 0, 0, 0x7FFF, [1_000] + [0xFFFF] * 9, -1, -1, -1, 5)
    assert state_of(heard(peer)) == {"battery_v": 100.5, "battery_pct": 71.0}


@pytest.mark.parametrize(
    ("vehicle", "autopilot", "base_mode", "custom_mode", "mode", "armed"),
    [
        (2, 3, 0x81, 6, "RTL", True),
        (1, 3, 0x01, 10, "AUTO", False),
        (2, 12, 0x81 | 0x1C, 4 << 16 | 3 << 24, "LOITER", True),
        (2, 3, 0x01, 4711, "4711", False),
        (2, 0, 0x81, 9, "9", True),
        (2, 0, 0x50, 0, "base 80", False),
    ],
)
def test_modes_have_their_makers_names(
    vehicle: int, autopilot: int, base_mode: int, custom_mode: int, mode: str, *, armed: bool
) -> None:
    peer = sender()
    peer.heartbeat_send(vehicle, autopilot, base_mode, custom_mode, 4)
    assert state_of(heard(peer)) == {"armed": armed, "mode": mode}


def test_ground_station_camera_and_other_systems_do_not_touch_the_state() -> None:
    own = some_flight(sender(), 1)
    station, camera, other = sender(), sender(), sender(8)
    station.heartbeat_send(6, 8, 0, 0, 4)
    camera.srcComponent = 100
    camera.heartbeat_send(30, 8, 0, 0, 4)
    camera.global_position_int_send(0, 1, 1, 0, 0, 0, 0, 0, 0)
    assert state_of(own + heard(station) + heard(camera) + some_flight(other, 1)) == state_of(own)


def test_what_the_encoder_says_is_what_the_state_has() -> None:
    encoder, place = Encoder(7), {"latitude_deg": 52.2758333, "longitude_deg": 6.8891667, "altitude_amsl_m": 90.5}
    data = (
        encoder.heartbeat(now_us=NOW_US, armed=True, custom_mode=4)
        + encoder.global_position(
            now_us=NOW_US,
            boot_ms=1,
            **place,
            height_above_takeoff_m=55.5,
            north_m_s=0.0,
            east_m_s=3.0,
            up_m_s=-1.5,
            heading_deg=None,
        )
        + encoder.attitude(now_us=NOW_US, boot_ms=1, roll_deg=1, pitch_deg=2, yaw_deg=270)
        + encoder.battery_status(now_us=NOW_US, cells_v=[25.0, 25.0], battery_a=12, battery_pct=66)
    )
    assert state_of(data) == {
        **place,
        "height_above_takeoff_m": 55.5,
        "ground_speed_m_s": 3.0,
        "vertical_speed_m_s": -1.5,
        "track_deg": 90.0,
        "roll_deg": 1.0,
        "pitch_deg": 2.0,
        "yaw_deg": -90.0,
        "battery_v": 50.0,
        "battery_pct": 66.0,
        "armed": True,
        "mode": "GUIDED",
    }


@given(st.sampled_from([0, 1, 2, 24, 30, 33, 74, 147]), st.binary(max_size=60))
def test_whatever_a_message_says_the_sample_stays_within_its_ranges(message_id: int, payload: bytes) -> None:
    frame = Frame(payload, 0, len(payload), 2, 0, 7, 1, message_id, 0, len(payload), False, True)
    builder = StateBuilder(7)
    builder.feed(frame, NOW_US)
    parse_line(msgspec.json.encode({"time": "2026-06-01T12:00:00Z", **builder.sample.as_dict()}))
