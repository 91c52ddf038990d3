"""`/ws/ingest/FLIGHT`: MAVLink by socket, acknowledged by byte offset, so that a sender loses and doubles nothing.

The first frame is `{"type": "ready", "bytes": N}`: N bytes of this link are on disk, go on from there. Each
`{"type": "ack", "bytes": N}` says the same later. An offset is acknowledged at the end of a packet, never within one.
`?link=NAME` tells several links of one key apart; offsets are remembered for 24 h.
"""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from enum import IntEnum
from typing import Any
from urllib.parse import parse_qs

from telemetry.api.ingest_body import parse_pieces
from telemetry.api.ingest_door import Door, door_of_process
from telemetry.gateway.sockets import now_us
from telemetry.wire.framing import Framer
from telemetry.wire.key_blanking import KeyBlanker
from testcentre.accounts.authenticate import LONGEST_KEY, SUBPROTOCOL, bearer_of_scope
from testcentre.foundation.errors import DomainError, NotFound, StorageFull, Unauthenticated, Unavailable

INGEST_SOCKET_PATH = re.compile(r"/ws/ingest/([^/]+)/?")
MOST_BYTES = 1024 * 1024
MOST_NOISE_BYTES = 64 * 1024
_LINK = re.compile(r"[A-Za-z0-9_-]{1,40}")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Close(IntEnum):
    """Why an ingest socket was closed (RFC 6455 clause 7.4)."""

    NOT_BINARY = 1003
    TOO_LARGE = 1009
    TRY_AGAIN_LATER = 1013
    NOT_SIGNED_IN = 4401
    NOT_YOURS = 4403
    LINK_TAKEN_OVER = 4409
    REFUSED = 4422


class _Closed(Exception):
    """The socket is to be closed, or is closed already (`code` None)."""

    def __init__(self, code: Close | None, reason: str = "") -> None:
        self.code, self.reason = code, reason


async def ingest_socket_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one socket to a path that `INGEST_SOCKET_PATH` matches; one that is refused is accepted, then closed."""
    offered = [p for p in scope.get("subprotocols", []) if p.startswith(SUBPROTOCOL)]
    await receive()
    await send({"type": "websocket.accept", "subprotocol": offered[0] if offered else None})
    try:
        await _serve(scope, receive, send)
    except DomainError as refused:
        await _close(send, _code_of(refused), refused.detail)
    except _Closed as closed:
        if closed.code is not None:
            await _close(send, closed.code, closed.reason)


async def _serve(scope: Scope, receive: Receive, send: Send) -> None:
    match = INGEST_SOCKET_PATH.fullmatch(scope["path"])
    key = bearer_of_scope(scope)
    if match is None or key is None or len(key) > LONGEST_KEY:
        raise Unauthenticated(detail="Send a key of the flight's company.")
    name = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("link", ["1"])[0]
    if not _LINK.fullmatch(name):
        raise _Closed(Close.REFUSED, "link: expected 1 to 40 letters, digits, _ or -")
    door, flight = door_of_process(), match[1]
    grant, digest = await door.admit(flight, key)
    link = f"ws:{digest[:8]}:{name}"
    offset = await door.kept_bytes(grant, link)
    await _tell(send, "ready", offset)
    cutter, noise_bytes = (Framer(), KeyBlanker()), 0
    while noise_bytes < MOST_NOISE_BYTES:
        data = await _next(receive)
        added, packets = await _take(door, (flight, key, link), cutter, data, offset)
        noise_bytes = 0 if packets else noise_bytes + len(data)
        if added:
            offset += added
            await _tell(send, "ack", offset)
    raise _Closed(Close.REFUSED, f"expected MAVLink, got {noise_bytes} bytes without a packet")


async def _take(
    door: Door, sender: tuple[str, str, str], cutter: tuple[Framer, KeyBlanker], data: bytes, offset: int
) -> tuple[int, int]:
    """Keep what a message completes; return how many bytes and packets that were."""
    (flight, key, link), (framer, keys) = sender, cutter
    grant, _ = await door.admit(flight, key)
    await door.wait_for_allowance(grant, len(data))  # who is not read from sends no more: TCP slows the sender
    grant, _ = await door.admit(flight, key)  # again: keys are revoked, flights end
    await door.require_room()
    pieces = framer.feed(data)
    added = sum(piece.end - piece.start for piece in pieces)
    if not added:
        return 0, 0
    parsed = parse_pieces(pieces, system_id=grant.system_id, now_us=now_us(), keys=keys)
    if not await door.keep_from(grant, link, parsed, offset=offset + added):
        raise _Closed(Close.LINK_TAKEN_OVER, "another socket sends under this link's name")
    return added, len(parsed.frames)


async def _next(receive: Receive) -> bytes:
    message = await receive()
    if message["type"] == "websocket.disconnect":
        raise _Closed(None)
    data = message.get("bytes")
    if data is None:
        raise _Closed(Close.NOT_BINARY, "expected binary MAVLink, got text")
    if len(data) > MOST_BYTES:
        raise _Closed(Close.TOO_LARGE, f"expected at most {MOST_BYTES} bytes per message")
    return bytes(data)


async def _tell(send: Send, kind: str, offset: int) -> None:
    await send({"type": "websocket.send", "text": json.dumps({"type": kind, "bytes": offset})})


async def _close(send: Send, code: Close, reason: str) -> None:
    await send({"type": "websocket.close", "code": int(code), "reason": reason.encode()[:120].decode(errors="ignore")})


def _code_of(refused: DomainError) -> Close:
    if isinstance(refused, Unauthenticated):
        return Close.NOT_SIGNED_IN
    if isinstance(refused, NotFound):
        return Close.NOT_YOURS
    return Close.TRY_AGAIN_LATER if isinstance(refused, StorageFull | Unavailable) else Close.REFUSED
