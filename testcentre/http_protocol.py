"""HTTP/1.1 as uvicorn speaks it, with the bounds that it lacks: time and size of a head, silence within a body."""

import asyncio
import json
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT_S = 10.0
HEAD_LIMIT_BYTES = 128 * 1024
BODY_SILENCE_S = 30.0


class BoundedHttp(HttpToolsProtocol):
    """Cut a client that does not send its request on; without this 200 half-sent requests stay for ever.

    A body may take as long as it likes while bytes of it arrive, and while the application does not take them.
    """

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _is_in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a head within its limit."""
        super().connection_made(transport)
        self._expect(HEAD_LIMIT_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._expect(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bound the size of a head, to what one read may bring; everything else is uvicorn's."""
        self._head_bytes += len(data) if self._is_in_head else 0
        super().data_received(data)
        if self._is_in_head and self._head_bytes > HEAD_LIMIT_BYTES and not self.transport.is_closing():
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"The head is over {HEAD_LIMIT_BYTES} bytes.")

    def on_message_begin(self) -> None:
        """Expect the rest of a head within its limit."""
        self._expect(HEAD_LIMIT_S)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Expect a body, if there is one."""
        self._is_in_head, self._head_bytes = False, 0
        self._expect(BODY_SILENCE_S)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Expect the next piece of the body."""
        self._expect(BODY_SILENCE_S)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Expect nothing until the next request; between two, uvicorn's keep-alive limit holds."""
        self._is_in_head = True
        self._expect(None)
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the socket's own limits."""
        self._expect(None)
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _expect(self, limit_s: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if limit_s is None else self.loop.call_later(limit_s, self._too_slow)

    def _too_slow(self) -> None:
        if self.flow.read_paused:  # the application is the slow one
            self._expect(BODY_SILENCE_S)
        elif not self._is_in_head and self.cycle.response_started:
            self.transport.close()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request was not sent to its end in time.")

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer with a problem (RFC 9457) and hang up."""
        problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "errors": []}
        body = json.dumps(problem).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()
