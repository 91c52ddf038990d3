"""One POST to an address that was checked: bounded in time and size, no redirects, no proxies; needs no Django."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bookings.outgoing.addresses import BadUrl, NotResolved, PrivateAddress, Target, read_url, resolve

CONNECT_S = 5.0
WHOLE_S = 15.0
_TLS = ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the code of the answer (None without one), how long it took, and what went wrong."""

    code: int | None
    ms: int
    error: str = ""

    @property
    def is_success(self) -> bool:
        """Say whether the receiver has it (2xx); a redirect is a failure, as following it would skip the checks."""
        return self.code is not None and 200 <= self.code < 300


def post(url: str, body: bytes, headers: Mapping[str, str], *, loopback: bool = False) -> Outcome:
    """Send `body` to `url` and return what came of it; nothing of the answer but its code is read.

    Takes at most 15 s after the name is resolved, however slowly the receiver drips. Never raises for what the
    receiver does.
    """
    began = time.monotonic()
    error = ""
    try:
        target = read_url(url, loopback=loopback)
        code = _send(target, resolve(target, loopback=loopback), body, headers)
        return Outcome(code, _ms(began), "" if 200 <= code < 300 else f"answered {code}")
    except BadUrl:
        error = "the URL is not allowed"
    except PrivateAddress:
        error = "the address is not public"
    except NotResolved:
        error = "the name of the host is not known"
    except (OSError, http.client.HTTPException) as problem:
        error = _words(problem)
    return Outcome(None, _ms(began), error)


class _Late(OSError):
    """The whole exchange took too long."""


def _send(target: Target, address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Connect to the checked address, not to the name; the name is what certificate and `Host` header are about."""
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = socket.create_connection((address, target.port), timeout=CONNECT_S)
    late = threading.Event()
    deadline = threading.Timer(WHOLE_S, _cut, [connection, late])
    deadline.daemon = True
    deadline.start()
    try:
        connection.sock.settimeout(WHOLE_S)
        if target.scheme == "https":
            secure = _TLS.wrap_socket(connection.sock, server_hostname=target.host, do_handshake_on_connect=False)
            connection.sock = secure
            secure.do_handshake()
        connection.request("POST", target.path, body, {"Host": target.host_header, **headers})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        if late.is_set():
            raise _Late from problem
        raise
    finally:
        deadline.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """End a connection under whoever reads from it: a receiver that drips bytes would hold its reader for ever."""
    late.set()
    sock = connection.sock
    if sock is None:
        return
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not TLS's own, which would end the reader with a ValueError
    except OSError:
        return  # it has just ended


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _words(problem: Exception) -> str:
    if isinstance(problem, _Late | TimeoutError):
        return "no answer in time"
    if isinstance(problem, ssl.SSLError):
        return f"TLS: {problem.reason or 'failed'}"[:200]
    if isinstance(problem, ConnectionRefusedError):
        return "connection refused"
    if isinstance(problem, http.client.HTTPException) and not isinstance(problem, ConnectionError):
        return "the answer is no HTTP"
    return "the connection broke"
