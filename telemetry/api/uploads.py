"""The door for uploads (tus 1.0): bare ASGI, as a cut PATCH never reaches a Django view and what came would be lost.

- `OPTIONS /api/v1/uploads/` says what is spoken here
- `POST /api/v1/uploads/` creates; 201 with Location
- `HEAD /api/v1/uploads/ID` says where it stands
- `PATCH /api/v1/uploads/ID` continues; 204; the answer that completes an upload carries Log-Id
- `DELETE /api/v1/uploads/ID` removes it; 204
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from telemetry.api import tus
from telemetry.api.threads import in_thread
from telemetry.api.upload_body import keep_body
from telemetry.recordings import uploads
from telemetry.recordings.models import Upload
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_cookie, asker_of_scope
from testcentre.foundation.errors import (
    DomainError,
    Malformed,
    Refusal,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)
from testcentre.foundation.problems import CONTENT_TYPE, problem_body, problem_response_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Mapping[str, str]

UPLOAD_PATH = re.compile(r"/api/v1/uploads(?:/?|/(?P<id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})/?)")
NEW_METHODS = ("OPTIONS", "POST")
OLD_METHODS = ("OPTIONS", "HEAD", "PATCH", "DELETE")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What is sent back; `body` is a problem or nothing."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def uploads_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request; every refusal is a problem+json."""
    try:
        answer = await _answer(scope, receive)
    except DomainError as refused:
        answer = _told(refused)
    except (OperationalError, InterfaceError):
        answer = _told(Unavailable(detail="The database does not answer; HEAD tells what was kept.", retry_after_s=2))
    except Exception:  # the outermost place of a request: log it, answer it, go on with the next one
        log.exception("an upload failed")
        answer = _problem(500)
    headers = {"Tus-Resumable": tus.VERSION, "Tus-Version": tus.VERSION, "Cache-Control": "no-store", **answer.headers}
    if answer.body or answer.status not in (204, 304):
        headers["Content-Length"] = str(len(answer.body))
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})


async def _answer(scope: Scope, receive: Receive) -> Answer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    match = UPLOAD_PATH.fullmatch(scope["path"])
    upload_id = UUID(match["id"]) if match and match["id"] else None
    method = headers.get("x-http-method-override", "POST").upper() if scope["method"] == "POST" else scope["method"]
    allowed = NEW_METHODS if upload_id is None else OLD_METHODS
    if method == "OPTIONS":
        return Answer(204, tus.CAPABILITIES)
    asker = await in_thread(_asker_of, scope, headers)
    if asker is None:
        raise Unauthenticated(detail="Nobody is signed in: send `Authorization: Bearer KEY`.")
    if method not in allowed:
        return _problem(405, Allow=", ".join(allowed))
    tus.check_version(headers)
    if upload_id is None:
        return await _create(asker, headers)
    if method == "PATCH":
        return await _patch(asker, upload_id, headers, receive)
    if method == "DELETE":
        await in_thread(uploads.delete_upload, asker, upload_id)
        return Answer(204)
    upload = await in_thread(uploads.access_upload, asker, upload_id)
    return await _standing(asker, upload, status=200, offset=upload.offset)


async def _create(asker: Asker, headers: Headers) -> Answer:
    if "upload-defer-length" in headers:
        raise Malformed(
            Refusal("length_needed", "The length must be known.", "Upload-Length", "a count of bytes", "deferred")
        )
    upload = await in_thread(uploads.begin_upload, asker, wish=tus.wish_of(headers))
    answer = await _standing(asker, upload, status=201, offset=0)
    return Answer(201, {**answer.headers, "Location": f"/api/v1/uploads/{upload.id}"})


async def _patch(asker: Asker, upload_id: UUID, headers: Headers, receive: Receive) -> Answer:
    if headers.get("content-type") != tus.PATCH_TYPE:
        got = headers.get("content-type", "")[:80] or None
        refusal = Refusal("content_type", "The content type is not known.", "Content-Type", tus.PATCH_TYPE, got)
        raise UnsupportedType(refusal)
    offset = tus.count(headers, "Upload-Offset")
    upload = await in_thread(uploads.access_upload, asker, upload_id)
    promised = tus.count(headers, "Content-Length") if "content-length" in headers else 0
    if offset == upload.offset and offset + promised > upload.length:
        raise TooLarge(
            Refusal(
                "beyond_length",
                "More bytes than the upload has left.",
                "Content-Length",
                upload.length - offset,
                promised,
            )
        )
    if upload.log is not None and offset == upload.length:
        return await _standing(asker, upload, status=204, offset=offset)
    turn = await in_thread(uploads.take_turn, asker, upload_id, offset=offset)
    kept = await keep_body(turn, receive)
    return await _standing(asker, upload, status=204, offset=kept)


async def _standing(asker: Asker, upload: Upload, *, status: int, offset: int) -> Answer:
    """Say how far an upload is; one whose bytes are all there is finished first, whoever asks."""
    headers = {
        "Upload-Offset": str(offset),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.touched_at + uploads.KEPT, usegmt=True),
    }
    if offset == upload.length:
        finished = await in_thread(uploads.finish_upload, asker, upload.id)
        headers["Log-Id"] = str(finished.id)
    return Answer(status, headers)


def _asker_of(scope: Scope, headers: Headers) -> Asker | None:
    """Return who asks; for a HEAD a session is enough, as browsers name no origin there and nothing can be forged."""
    if scope["method"] == "HEAD" and "authorization" not in headers:
        return asker_of_cookie(headers.get("cookie", ""))
    return asker_of_scope(scope)


def _told(refused: DomainError) -> Answer:
    status, raw, body = problem_response_bytes(refused)
    return Answer(status, {name.decode(): value.decode() for name, value in raw}, body)


def _problem(status: int, *, detail: str = "", **headers: str) -> Answer:
    body = json.dumps(problem_body(status, detail=detail)).encode()
    return Answer(status, {"Content-Type": CONTENT_TYPE, **headers}, body)
