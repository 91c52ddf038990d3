from pathlib import Path

import pytest
from pymavlink import mavutil
from pymavlink.dialects.v20 import all as dialect

from telemetry.wire.framing import Frame, split
from telemetry.wire.tlog import read_tlog, write_tlog
from tests.telemetry.wire.peer import NOW_US, sender, some_flight

FIRST_BYTES = 150_000
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def test_pymavlink_reads_what_is_written(tmp_path: Path) -> None:
    packets = [p.packet for p in split(some_flight(sender())) if isinstance(p, Frame)]
    records = [(NOW_US + n, packet) for n, packet in enumerate(packets)]
    data = write_tlog(records)
    assert [(stamp, frame.packet) for stamp, frame in read_tlog(data)] == records
    (tmp_path / "flight.tlog").write_bytes(data)
    log = mavutil.mavlink_connection(str(tmp_path / "flight.tlog"), dialect="all")
    seen = []
    while (message := log.recv_msg()) is not None:
        seen.append(bytes(message.get_msgbuf()))
    log.close()
    assert seen == packets


@pytest.mark.parametrize("name", ["small.tlog", "mavlink_2013.tlog", "dronekit_flight.tlog"])
def test_real_logs_give_the_packets_that_pymavlink_reads(name: str, tmp_path: Path) -> None:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is not here")
    path = tmp_path / name
    path.write_bytes((SHARED / name).read_bytes()[:FIRST_BYTES])
    log = mavutil.mavlink_connection(str(path), dialect="all")
    theirs = []
    while (message := log.recv_msg()) is not None:
        if message.get_type() != "BAD_DATA" and not message.get_type().startswith("UNKNOWN"):
            theirs.append(bytes(message.get_msgbuf()))
    log.close()
    ours = [frame.packet for _, frame in read_tlog(path.read_bytes()) if frame.is_known]
    rest = iter(ours)
    assert all(packet in rest for packet in theirs)  # its reader of whole logs loses some where version 1 becomes 2 …
    reader = dialect.MAVLink(None)
    assert all(reader.parse_buffer(packet) for packet in ours)  # … but takes every one of ours


def test_damage_costs_the_packets_that_it_touches() -> None:
    packets = [p.packet for p in split(some_flight(sender())) if isinstance(p, Frame)]
    records = [(NOW_US + n, packet) for n, packet in enumerate(packets)]
    data = write_tlog(records)
    at = data.index(packets[2])
    hurt = data[: at + 12] + b"\xfe\x00\xfd" + data[at + 12 :]
    assert [(stamp, frame.packet) for stamp, frame in read_tlog(hurt)] == [r for n, r in enumerate(records) if n != 2]
    assert list(read_tlog(b"")) == list(read_tlog(b"\xfd" * 30)) == []
