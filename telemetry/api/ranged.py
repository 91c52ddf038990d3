"""One file as an answer: streamed in pieces, with Range, If-Range, validators and HEAD (RFC 9110, 13 and 14).

Django's FileResponse reads a whole file into memory under ASGI and knows no ranges.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from testcentre.foundation.errors import PreconditionFailed, Refusal
from testcentre.foundation.problems import problem_response

PIECE_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})\s*", re.ASCII)


@dataclass(frozen=True)
class Content:
    """A whole file to answer with; `sha256` (hex) is that of these very bytes and becomes the strong ETag."""

    file: IO[bytes]
    size: int
    sha256: str
    filename: str
    content_type: str = "application/octet-stream"

    @property
    def etag(self) -> str:
        """Return the strong entity tag."""
        return f'"{self.sha256}"'


class FileStream(StreamingHttpResponse):
    """A part of a file in pieces: read in a thread under ASGI, directly under WSGI; the file is closed at the end."""

    def __init__(self, file: IO[bytes], *, first: int, length: int, status: int) -> None:
        self._file, self._left = file, length
        file.seek(first)
        super().__init__(self._pieces(), status=status)
        self._resource_closers.append(file.close)  # type: ignore[attr-defined]

    def _next_piece(self) -> bytes:
        piece = self._file.read(min(PIECE_BYTES, self._left))
        self._left -= len(piece)
        return piece

    def _pieces(self) -> Iterator[bytes]:
        while piece := self._next_piece():
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the pieces without ever reading in the event loop."""
        while piece := await asyncio.to_thread(self._next_piece):
            yield piece


def answer_with(content: Content, request: HttpRequest) -> HttpResponseBase:
    """Answer a GET or HEAD with a file or the part of it that was asked for: 200, 206, 304, 412 or 416."""
    if not _is_named(request.headers.get("If-Match"), content.etag, absent=True):
        response: HttpResponseBase = problem_response(
            PreconditionFailed(Refusal("etag_differs", "The file is another version.", "If-Match", content.etag))
        )
    elif _is_named(request.headers.get("If-None-Match"), content.etag, absent=False):
        response = HttpResponse(status=304)
    else:
        response = _whole_or_part(content, request)
    response.headers["ETag"] = content.etag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-cache"
    if not isinstance(response, FileStream):
        content.file.close()
    return response


def _whole_or_part(content: Content, request: HttpRequest) -> HttpResponseBase:
    asked = _asked_range(request, content)
    if asked is not None and asked[0] > asked[1]:
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{content.size}"
        return response
    first, last = asked or (0, content.size - 1)
    status, length = 206 if asked else 200, last - first + 1
    response_to_send: HttpResponseBase
    if request.method == "HEAD":
        response_to_send = HttpResponse(status=status)
    else:
        response_to_send = FileStream(content.file, first=first, length=length, status=status)
    if asked:
        response_to_send.headers["Content-Range"] = f"bytes {first}-{last}/{content.size}"
    response_to_send.headers["Content-Length"] = str(length)
    response_to_send.headers["Content-Type"] = content.content_type
    response_to_send.headers["Content-Disposition"] = _disposition(content.filename)
    return response_to_send


def _asked_range(request: HttpRequest, content: Content) -> tuple[int, int] | None:
    """Return first and last byte; first > last where the range lies outside; None for the whole file."""
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or match.groups() == ("", ""):
        return None  # none, or of a kind that a server may leave aside (several, other units)
    if request.headers.get("If-Range", content.etag) != content.etag:
        return None
    from_text, to_text = match.groups()
    if not from_text:
        length = min(int(to_text), content.size)
        return (content.size - length, content.size - 1) if length else (1, 0)
    first, last = int(from_text), int(to_text) if to_text else content.size - 1
    if to_text and first > last:
        return None  # no valid range at all: it is left aside (RFC 9110, 14.1.1)
    return (first, min(last, content.size - 1)) if first < content.size else (1, 0)


def _is_named(header: str | None, etag: str, *, absent: bool) -> bool:
    if header is None:
        return absent
    return header.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in header.split(","))


def _disposition(filename: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._ ()+-]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
