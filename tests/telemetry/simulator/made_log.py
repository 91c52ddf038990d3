"""Logs that the tests make themselves with pymavlink, so that the suite proves itself on any machine."""

import struct
from itertools import count

from pymavlink.dialects.v10 import ardupilotmega as one
from pymavlink.dialects.v20 import ardupilotmega as two

AIRCRAFT, GROUND_STATION = 41, 255
BEGUN_US = 1_760_000_000_000_000


def stamped(packets: list[bytes], *, begun_us: int = BEGUN_US, every_us: int = 20_000) -> bytes:
    """Return the packets as a .tlog with steady stamps."""
    return b"".join(struct.pack(">Q", begun_us + n * every_us) + packet for n, packet in enumerate(packets))


def flight_packets(moments: int, *, latitude_e7: int = -353_632_610, longitude_e7: int = 1_491_652_300) -> list[bytes]:
    """Return an aircraft's packets of MAVLink 1 and 2 in turn, with a ground station's heartbeat now and then."""
    links = {
        1: (one, one.MAVLink(None, srcSystem=AIRCRAFT, srcComponent=1)),
        2: (two, two.MAVLink(None, srcSystem=AIRCRAFT, srcComponent=1)),
    }
    station = two.MAVLink(None, srcSystem=GROUND_STATION, srcComponent=190)
    sequence, packets = count(), []
    for n in range(moments):
        dialect, link = links[1 + n % 2]
        lat, lon = latitude_e7 + n * 100, longitude_e7 + n * 50
        messages = [
            dialect.MAVLink_heartbeat_message(2, 3, 0x80, 0, 4, 3),
            dialect.MAVLink_global_position_int_message(n * 100, lat, lon, 600_000, 20_000, 100, 50, -10, 4500),
            dialect.MAVLink_gps_raw_int_message(BEGUN_US + n, 3, lat, lon, 600_000, 90, 120, 200, 4500, 14),
            dialect.MAVLink_attitude_message(n * 100, 0.02, -0.05, 1.0, 0.0, 0.0, 0.0),
            dialect.MAVLink_sys_status_message(1, 1, 1, 250, 48_000, 2_500, 83, 0, 0, 0, 0, 0, 0),
        ]
        for message in messages:
            link.seq = next(sequence) & 0xFF
            packets.append(bytes(message.pack(link)))
        if n % 10 == 0:
            packets.append(bytes(two.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3).pack(station)))
    return packets
