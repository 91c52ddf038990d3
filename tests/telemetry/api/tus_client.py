"""A tus client that calls the door directly, and can hang up in the middle."""

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any

from telemetry.api.uploads import uploads_app
from tests.people import Person

ROOT = "/api/v1/uploads/"
PATCH_TYPE = "application/offset+octet-stream"


@dataclass(frozen=True)
class Reply:
    """What the door answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def codes(self) -> list[str]:
        """Return the codes of all refusals."""
        return [error["code"] for error in json.loads(self.body)["errors"]]


def metadata(**words: str) -> str:
    """Return an Upload-Metadata header."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())


def call(
    method: str, path: str, who: Person | None, *, pieces: tuple[bytes, ...] = (), cut: bool = False, **headers: str
) -> Reply:
    """Call the door; with `cut` the client hangs up after the last piece instead of ending the body."""
    return asyncio.run(acall(method, path, who, pieces=pieces, cut=cut, **headers))


async def acall(
    method: str, path: str, who: Person | None, *, pieces: tuple[bytes, ...] = (), cut: bool = False, **headers: str
) -> Reply:
    """Call the door from a running loop."""
    named = {"tus-resumable": "1.0.0", **(who.headers if who else {}), **headers}
    raw = [(name.lower().replace("_", "-").encode(), value.encode()) for name, value in named.items() if value]
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": p, "more_body": True} for p in pieces]
    messages.append({"type": "http.disconnect"} if cut else {"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await uploads_app({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], told, b"".join(m.get("body", b"") for m in sent[1:]))


def create(who: Person, length: int | str, **words: str) -> Reply:
    """Create an upload."""
    words = {"filename": "flight.ulg", **words}
    return call("POST", ROOT, who, upload_length=str(length), upload_metadata=metadata(**words))


def patch(who: Person, path: str, offset: int, *pieces: bytes, cut: bool = False, **headers: str) -> Reply:
    """Continue an upload."""
    more = {"content_type": PATCH_TYPE, "upload_offset": str(offset), **headers}
    return call("PATCH", path, who, pieces=pieces, cut=cut, **more)
