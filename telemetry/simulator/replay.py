"""Send a real .tlog as live MAVLink over UDP, with the log's own spacing."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from telemetry.simulator.shift import Shift
from telemetry.simulator.tlog import Entry, entries, system_ids

LONGEST_GAP_S = 1.0
FAST_PACKETS_PER_S = 4000
DATAGRAM_BYTES = 1200
"""As fast as is sensible: whole packets of one sender side by side in a datagram, well below any network's limit."""
PROGRESS_EVERY_S = 5.0

Say = Callable[[str], None]


@dataclass
class Tally:
    """Count what a replay did."""

    packets: int = 0
    datagrams: int = 0
    gaps_shortened: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Target:
    """Name where a replay goes."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Read `udp:HOST:PORT`.

        Raises:
            ValueError: in one sentence that says what was expected.
        """
        scheme, _, rest = text.partition(":")
        host, _, port = rest.rpartition(":")
        if scheme != "udp" or not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"--to must be udp:HOST:PORT, for example udp:127.0.0.1:14550, got {text!r}.")
        return cls(host.strip("[]"), int(port))


def parse_place(text: str) -> tuple[float, float]:
    """Read `LAT,LON` in degrees.

    Raises:
        ValueError: in one sentence that says what was expected.
    """
    try:
        latitude_deg, longitude_deg = (float(part) for part in text.split(","))
    except ValueError:
        latitude_deg = longitude_deg = float("nan")
    if not (abs(latitude_deg) < 89.0 and abs(longitude_deg) <= 180.0):
        raise ValueError(f"--shift-to must be LAT,LON in degrees, for example 52.2758,6.8892, got {text!r}.")
    return latitude_deg, longitude_deg


def replay(path: Path, *, to: Target, speed: float = 1.0, shift: Shift | None = None, say: Say = print) -> Tally:
    """Send every packet of a .tlog in its order and return the counts; `say` gets lines of how far it is.

    `speed` 1 keeps the log's spacing, 2 halves it; 0 sends as fast as a gateway on the same machine takes without
    loss. Gaps longer than a second, and steps of the clock backwards, count as a second and as nothing.

    Raises:
        NotATlog: the file is none.
        OSError: the file can't be read or the target not reached.
    """
    log = path.read_bytes()
    who = ", ".join(f"{system} ({count} packets)" for system, count in system_ids(log).items())
    say(f"{path.name}: system ids {who}; only an aircraft whose booking has that id is admitted")
    tally = Tally()
    moved = ((entry, shift.apply(entry.packet) if shift else entry.packet) for entry in entries(log))
    paced = _fast(moved, tally) if speed == 0 else _spaced(moved, tally, speed)
    with _socket_to(to) as udp:
        begun = told = time.monotonic()
        for due_s, datagram in paced:
            wait_s = begun + due_s - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            _send(udp, datagram, tally)
            if time.monotonic() - told >= PROGRESS_EVERY_S:
                told = time.monotonic()
                say(f"{tally.packets} packets sent in {told - begun:.0f} s")
    say(_summary(tally, shift, time.monotonic() - begun))
    return tally


def _spaced(moved: Iterator[tuple[Entry, bytes]], tally: Tally, speed: float) -> Iterator[tuple[float, bytes]]:
    """Give (seconds after the start, datagram), one packet each, as the log's clock has them."""
    due_s, last_us = 0.0, None
    for entry, packet in moved:
        gap_s = 0.0 if last_us is None else (entry.stamp_us - last_us) / 1e6
        # Clocks of ground stations jump, and stamps of 0 occur: neither may stop the replay.
        kept_s = max(0.0, min(LONGEST_GAP_S, gap_s))
        tally.gaps_shortened += kept_s != gap_s
        last_us = entry.stamp_us
        due_s += kept_s / speed
        tally.packets += 1
        yield due_s, packet


def _fast(moved: Iterator[tuple[Entry, bytes]], tally: Tally) -> Iterator[tuple[float, bytes]]:
    """Give (seconds after the start, datagram) at a steady rate; a datagram never mixes senders."""
    held, sender = b"", None
    for entry, packet in moved:
        if held and (entry.system_id != sender or len(held) + len(packet) > DATAGRAM_BYTES):
            yield tally.packets / FAST_PACKETS_PER_S, held
            held = b""
        held, sender = held + packet, entry.system_id
        tally.packets += 1
    if held:
        yield tally.packets / FAST_PACKETS_PER_S, held


def _socket_to(to: Target) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_DGRAM)[0]
    udp = socket.socket(family, kind, protocol)
    udp.connect(address)
    return udp


def _send(udp: socket.socket, datagram: bytes, tally: Tally) -> None:
    tally.datagrams += 1
    try:
        udp.send(datagram)
    except ConnectionRefusedError:
        # The host's answer to an earlier datagram that found nobody listening; this one has not been sent yet.
        tally.refused += 1
        with contextlib.suppress(ConnectionRefusedError):
            udp.send(datagram)


def _summary(tally: Tally, shift: Shift | None, took_s: float) -> str:
    parts = [f"{tally.packets} packets in {tally.datagrams} datagrams sent in {took_s:.1f} s"]
    if tally.gaps_shortened:
        parts.append(f"{tally.gaps_shortened} gaps of the log's clock cut to between 0 and {LONGEST_GAP_S:.0f} s")
    if tally.refused:
        parts.append(f"nobody listened there {tally.refused} times: is the gateway running, and is this its port?")
    if shift:
        parts.append(f"{shift.moved} positions moved")
        if shift.signatures_cut:
            parts.append(f"{shift.signatures_cut} signatures cut, which the move broke")
    return "; ".join(parts)
