"""One POST: bounded in time, without redirects, to the address that was checked."""

import datetime as dt
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bookings.outgoing import post as module
from bookings.outgoing.post import post
from tests.bookings.outgoing.receiver import receiving

BODY, HEADERS = b'{"type":"webhook.test"}', {"Content-Type": "application/json"}


def test_a_receiver_gets_the_very_bytes_with_path_and_query() -> None:
    with receiving(204) as receiver:
        outcome = post(receiver.url, BODY, HEADERS, loopback=True)
    assert (outcome.code, outcome.error, outcome.is_success) == (204, "", True)
    assert [(r.path, r.body) for r in receiver.received] == [("/hook?of=aero", BODY)]
    assert receiver.received[0].headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("code", [301, 302, 307])
def test_a_redirect_is_a_failure_and_is_not_followed(code: int) -> None:
    with receiving(code) as receiver:
        outcome = post(receiver.url, BODY, HEADERS, loopback=True)
    assert (outcome.code, outcome.is_success, len(receiver.received)) == (code, False, 1)


def test_without_the_setting_nothing_is_sent_to_this_machine() -> None:
    with receiving() as receiver:
        for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
            outcome = post(f"https://{host}:{receiver.port}/", BODY, HEADERS)
            assert (outcome.code, outcome.error) == (None, "the address is not public")
    assert receiver.received == []


def test_the_name_is_resolved_once_and_the_connection_goes_to_what_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != "rebinding.example":
            return real(host, port, *rest, **more)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.7"  # another answer for the second question
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with receiving() as receiver:
        outcome = post(f"http://rebinding.example:{receiver.port}/", BODY, HEADERS, loopback=True)
    assert (outcome.code, asked) == (200, ["rebinding.example"])
    assert receiver.received[0].headers["host"] == f"rebinding.example:{receiver.port}"


@pytest.mark.parametrize("answer", ["hang", "drip"])
def test_a_receiver_that_hangs_or_drips_is_cut(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(module, "WHOLE_S", 0.5)
    began = time.monotonic()
    with receiving(answer) as receiver:
        outcome = post(receiver.url, BODY, HEADERS, loopback=True)
    assert (outcome.code, outcome.error) == (None, "no answer in time")
    assert time.monotonic() - began < 3


def test_what_is_no_http_and_what_refuses_is_told_in_words() -> None:
    with receiving("nonsense") as receiver:
        assert post(receiver.url, BODY, HEADERS, loopback=True).error == "the answer is no HTTP"
    assert post(receiver.url, BODY, HEADERS, loopback=True).error == "connection refused"


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return a server's side with a certificate of hooks.example, which our side trusts; both names lead here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")]), dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "hooks.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(certificate.public_bytes(Encoding.PEM) + plain)
    monkeypatch.setattr(module, "_TLS", ssl.create_default_context(cafile=str(pem)))
    real = socket.getaddrinfo
    ours = {"hooks.example", "other.example"}
    monkeypatch.setattr(socket, "getaddrinfo", lambda h, *r, **m: real("127.0.0.1" if h in ours else h, *r, **m))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server


def test_the_certificate_must_be_the_name_s_though_the_connection_goes_to_the_address(tls: ssl.SSLContext) -> None:
    with receiving(tls=tls) as receiver:
        good = post(f"https://hooks.example:{receiver.port}/", BODY, HEADERS, loopback=True)
        other = post(f"https://other.example:{receiver.port}/", BODY, HEADERS, loopback=True)
    assert (good.code, good.error) == (200, "")
    assert (other.code, other.error) == (None, "TLS: CERTIFICATE_VERIFY_FAILED")
    assert [r.headers["host"] for r in receiver.received] == [f"hooks.example:{receiver.port}"]


def test_a_plain_receiver_behind_https_is_a_failure_of_tls() -> None:
    with receiving() as receiver:
        outcome = post(receiver.url.replace("http:", "https:"), BODY, HEADERS, loopback=True)
    assert outcome.code is None
    assert outcome.error.startswith("TLS: ")
