"""The load of `make crash`: samples by HTTP, packets by UDP and TCP, and what of them was sent when."""

import http.client
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from bench._crash_service import Service
from telemetry.wire.encode import Encoder

BATCH = 100
ACCEPTED = 202
BEGUN_US = 1_780_000_000_000_000


@dataclass
class Sent:
    """What was sent to one flight: acknowledged lines, or by number of packet when it was sent."""

    flight: str
    kind: str
    system_id: int
    lines: list[bytes] = field(default_factory=list)
    packets: list[float] = field(default_factory=list)


def send_lines(sent: Sent, key: str, port: int, stop: threading.Event, per_s: float) -> None:
    """Send samples by HTTP, batch after batch, each until it is acknowledged."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    due = time.monotonic()
    for batch in count():
        if stop.is_set():
            return
        times_us = (BEGUN_US + n for n in range(batch * BATCH, batch * BATCH + BATCH))
        lines = [b'{"time":"%s","latitude_deg":52.27,"longitude_deg":6.87}' % _rfc3339(us) for us in times_us]
        while True:
            with suppress(OSError, http.client.HTTPException):
                path = f"/api/v1/flights/{sent.flight}/telemetry"
                connection.request("POST", path, b"\n".join(lines), {**headers, "Idempotency-Key": f"b{batch}"})
                answer = connection.getresponse()
                answer.read()
                if answer.status == ACCEPTED:
                    break
            connection.close()
            time.sleep(0.1)
        sent.lines += lines
        due = max(due + BATCH / per_s, time.monotonic() - 1)
        time.sleep(max(0.0, due - time.monotonic()))


def _rfc3339(time_us: int) -> bytes:
    seconds, micros = divmod(time_us, 1_000_000)
    return time.strftime(f"%Y-%m-%dT%H:%M:%S.{micros:06d}Z", time.gmtime(seconds)).encode()


def send_packets(sent: Sent, service: Service, stop: threading.Event, per_s: float) -> None:
    """Send numbered packets by UDP or TCP; a connection that broke is opened again, what was in it is gone."""
    encoder, link = Encoder(sent.system_id), None
    due = time.monotonic()
    while not stop.is_set():
        packet = encoder.system_time(now_us=BEGUN_US, boot_ms=len(sent.packets))
        with suppress(OSError):
            link = link or _open(sent.kind, service)
            link.sendall(packet)
            sent.packets.append(time.monotonic())
            due += 1 / per_s
            time.sleep(max(0.0, due - time.monotonic()))
            continue
        if link is not None and sent.kind == "tcp":
            link.close()
            link = None
        time.sleep(0.05)
        due = time.monotonic()
    if link is not None:
        link.close()


def _open(kind: str, service: Service) -> socket.socket:
    if kind == "tcp":
        return socket.create_connection(("127.0.0.1", service.tcp), timeout=5)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect(("127.0.0.1", service.udp))
    return udp
