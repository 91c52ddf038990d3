"""Which ports an installation listens on."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

HOST = "127.0.0.1"
ANYWHERE = "0.0.0.0"  # noqa: S104 — aircraft come from anywhere; admission decides
_PATIENCE_S = 1.5
_TRIES = 50


class PortTaken(Exception):
    """A port cannot be had; the text is one sentence that says what to do."""


@dataclass(frozen=True)
class Ports:
    """The ports that were free a moment ago."""

    http: int
    mavlink_udp: int
    mavlink_tcp: int


def find_ports(*, http: int, mavlink_udp: int | None, mavlink_tcp: int | None) -> Ports:
    """Return the ports to use: those asked for, or the next free ones from MAVLink's defaults on.

    Raises:
        PortTaken: a port that was asked for is not free.
    """
    _claim(socket.SOCK_STREAM, HOST, http, option="--port")
    return Ports(
        http=http,
        mavlink_udp=_mavlink(socket.SOCK_DGRAM, mavlink_udp, default=14550, option="--mavlink-udp"),
        mavlink_tcp=_mavlink(socket.SOCK_STREAM, mavlink_tcp, default=5760, option="--mavlink-tcp"),
    )


def _mavlink(kind: socket.SocketKind, wanted: int | None, *, default: int, option: str) -> int:
    if wanted is not None:
        _claim(kind, ANYWHERE, wanted, option=option)
        return wanted
    for port in range(default, default + _TRIES):
        if _problem(kind, ANYWHERE, port) is None:
            return port
    raise PortTaken(f"No port from {default} to {default + _TRIES - 1} is free: name one with {option}.")


def _claim(kind: socket.SocketKind, host: str, port: int, *, option: str) -> None:
    """Make sure of a port; what was killed a moment ago may need another to let go of it."""
    if not 0 < port < 65536:
        raise PortTaken(f"{option} must be from 1 to 65535, got {port}.")
    for problem in _over_a_while(kind, host, port):
        if problem is None:
            return
    raise PortTaken(f"Port {port} of {host} cannot be used ({problem}): choose another one with {option}.")


def _over_a_while(kind: socket.SocketKind, host: str, port: int) -> Iterator[str | None]:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        yield _problem(kind, host, port)
        time.sleep(0.1)


def _problem(kind: socket.SocketKind, host: str, port: int) -> str | None:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:  # as the server does: old connections don't count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem.strerror
    return None
