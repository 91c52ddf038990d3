"""`POST flights/ID/telemetry`: a bare ASGI door, because it is the busiest one (a view costs 50 times as much).

The proof is a key of the flight's company; MAVLink signatures are not asked for here. 202 is sent after the data is on
disk. What fits no rule is refused whole: nothing of it is kept.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from telemetry.api.ingest_body import parse_body
from telemetry.api.ingest_door import door_of_process
from telemetry.gateway.sockets import now_us
from testcentre.accounts.authenticate import LONGEST_KEY, bearer_of
from testcentre.foundation.errors import DomainError, Malformed, Refusal, TooLarge, Unauthenticated, UnsupportedType
from testcentre.foundation.problems import problem_response_bytes

INGEST_PATH = re.compile(r"/api/v1/flights/([^/]+)/telemetry/?")
MOST_BYTES = 1024 * 1024
LONGEST_BODY_S = 30.0
LONGEST_ONCE = 200

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Gone(Exception):
    """The sender hung up before its body was whole; there is nobody to answer."""


async def ingest_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one POST to a path that `INGEST_PATH` matches."""
    try:
        status, headers, body = await _answer(scope, receive)
    except DomainError as refused:
        status, headers, body = problem_response_bytes(refused)
    except _Gone:
        return
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer(scope: Scope, receive: Receive) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    match = INGEST_PATH.fullmatch(scope["path"])
    assert match is not None
    key = bearer_of(headers.get(b"authorization", ""))
    if key is None or len(key) > LONGEST_KEY:
        raise Unauthenticated(detail="Send a key of the flight's company: Authorization: Bearer KEY.")
    once = _once_of(headers)
    door = door_of_process()
    grant, digest = await door.admit(match[1], key)
    await door.require_room()
    content = await _read(receive, headers)
    await door.require_allowance(grant, len(content))
    content_type = headers.get(b"content-type", "")
    link = f"http:{digest[:8]}"
    keys = door.keys_of(grant, link)
    parsed = parse_body(content, content_type, system_id=grant.system_id, now_us=now_us(), keys=keys)
    is_new = await door.keep(
        grant,
        link,
        parsed,
        once=once and f"{digest[:16]}:{once}",
        fingerprint=hashlib.sha256(content_type.encode() + b"\n" + content).hexdigest() if once else "",
    )
    body = json.dumps({"accepted": parsed.accepted, "bytes": len(content)}).encode()
    told = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return 202, told if is_new else [*told, (b"idempotency-replayed", b"true")], body


def _once_of(headers: dict[bytes, str]) -> str | None:
    once = headers.get(b"idempotency-key")
    if once is not None and not (0 < len(once) <= LONGEST_ONCE and once.isprintable()):
        refusal = Refusal(
            "idempotency_key",
            "The Idempotency-Key can't be used.",
            "Idempotency-Key",
            f"1 to {LONGEST_ONCE} printable characters",
            f"{len(once)} characters",
        )
        raise Malformed(refusal)
    return once


async def _read(receive: Receive, headers: dict[bytes, str]) -> bytes:
    """Return the whole body.

    Raises:
        TooLarge: more than 1 MiB. UnsupportedType: it is packed. Malformed: it does not come within 30 s.
    """
    promised = headers.get(b"content-length", "0")
    if promised.isdigit() and int(promised[:20]) > MOST_BYTES:
        raise _too_large(f"{promised[:20]} bytes")
    if headers.get(b"content-encoding", "identity") != "identity":
        packed = headers[b"content-encoding"][:40]
        raise UnsupportedType(
            Refusal("content_encoding", "Send the body unpacked.", "Content-Encoding", "identity", packed)
        )
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_BODY_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _Gone
                body += message.get("body", b"")
                if len(body) > MOST_BYTES:
                    raise _too_large("more")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        refusal = Refusal("body_too_slow", "The body did not come in time.", "", f"{LONGEST_BODY_S:.0f} s", "longer")
        raise Malformed(refusal) from None


def _too_large(got: str) -> TooLarge:
    return TooLarge(Refusal("body_too_large", "The body is too large.", "", f"at most {MOST_BYTES} bytes", got))
