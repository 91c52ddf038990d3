"""A real HTTP server on this machine that receives webhooks, and a check of their signatures of its own."""

import base64
import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    port: int
    answers: list[int | str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=aero"


class _Handler(BaseHTTPRequestHandler):
    receiver: ClassVar[Receiver]

    def do_POST(self) -> None:
        receiver = self.receiver
        receiver.at_once += 1
        receiver.most_at_once = max(receiver.most_at_once, receiver.at_once)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.received.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        answer = receiver.answers.pop(0) if receiver.answers else 200
        receiver.at_once -= 1
        if answer == "hang":
            time.sleep(30)
        elif answer == "drip":
            self._drip()
        elif answer == "nonsense":
            self.wfile.write(b"this is no HTTP\r\n\r\n")
        else:
            self.send_response(int(answer))
            if int(answer) in {301, 302, 307}:
                self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
            self.end_headers()

    def _drip(self) -> None:
        try:
            for _ in range(200):
                self.wfile.write(b"H")
                time.sleep(0.1)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that refuses the certificate is what a test wants."""


@contextmanager
def receiving(*answers: int | str, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Receive on a free port; answers the codes in turn, then 200."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver = Receiver(server.server_address[1], list(answers))
    handler.receiver = receiver
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()  # not server_close: it would wait for handlers that hang


def signed_by(received: Received, secrets: Sequence[str], *, now_s: float) -> list[bool]:
    """Say of each secret whether it signed the message: written after the specification, not after our code."""
    message_id, stamp = received.headers["webhook-id"], received.headers["webhook-timestamp"]
    assert abs(now_s - int(stamp)) < 300
    given = [part.split(",", 1) for part in received.headers["webhook-signature"].split(" ")]
    assert {version for version, _ in given} == {"v1"}
    told = {signature for _, signature in given}
    found = []
    for secret in secrets:
        prefix, key = secret[:6], base64.b64decode(secret[6:], validate=True)
        assert prefix == "whsec_"
        assert 24 <= len(key) <= 64
        content = b".".join((message_id.encode(), stamp.encode(), received.body))
        found.append(base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() in told)
    return found
