"""The frames of the live sockets as JSON text; `docs/reference/live-socket.md` states every shape."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

Row = Mapping[str, Any]
Source = Callable[[], Mapping[str, Any]]

_WHOSE = frozenset({"organisation", "flights"})  # an aircraft's id leads to its other flights

_encode = msgspec.json.Encoder().encode


def encode(frame: Mapping[str, Any]) -> str:
    """Return a frame as text."""
    return _encode(frame).decode()


def event(position: int, body: Mapping[str, Any], *, for_range: bool) -> str:
    """Return an event frame of a body `{kind, time, positions, data}` as the relay appends it.

    The data stands flat in the frame and never hides what the frame itself says. The range is told which flights an
    event concerns, but not whose it is: a restricted booking's company is not for all its staff, the API knows.
    """
    data = {name: value for name, value in body["data"].items() if name not in _WHOSE or not for_range}
    more = {"flight_ids": list(body["positions"])} if for_range else {}
    return encode({**data, **more, "type": "event", "position": position, "kind": body["kind"], "time": body["time"]})


def opening(kind: str, *, epoch: str, position: int, scene: str) -> str:
    """Return a `snapshot` or `resumed` frame around a scene that is already encoded and shared by many sockets."""
    head = encode({"type": kind, "epoch": epoch, "position": position})
    return f"{head[:-1]},{scene[1:]}"


def unknown(now: str, *, since: str, reason: str) -> str:
    """Return the frame that says: for now nothing that this socket told before is known to hold."""
    return encode({"type": "unknown", "t": now, "since": since, "reason": reason})


class Telemetry:
    """What one audience may be told now, encoded once for all its sockets, and only in the forms that they need."""

    def __init__(self, changes: Source, whole: Source) -> None:
        self._sources = (changes, whole)
        self._texts: list[str | None] = [None, None]

    def text(self, *, whole: bool, skipped: int = 0) -> str:
        """Return the frame: what changed, or all, for a socket that has missed `skipped` frames before it."""
        text = self._texts[whole]
        if text is None:
            text = self._texts[whole] = encode(self._sources[whole]())
        return f'{text[:-1]},"skipped":{skipped}}}' if skipped else text


def tick(now: str, *, flights: Sequence[Row], gateways: Sequence[Row], **more: object) -> dict[str, Any]:
    """Return a tick: the flights that it tells of, and how long ago each gateway was heard."""
    return {"type": "tick", "t": now, "flights": flights, "gateways": gateways, **more}
