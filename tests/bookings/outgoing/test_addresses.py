"""No server-side request forgery: what is refused, however it is written."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.outgoing.addresses import BadUrl, NotResolved, PrivateAddress, is_public, read_url, resolve

PRIVATE = [
    "10.0.0.7", "172.16.3.4", "192.168.1.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "0.0.0.0", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "::ffff:10.0.0.7", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "2002:0a00:0007::1", "64:ff9b::10.0.0.7", "64:ff9b::7f00:1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses_are_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are(text: str) -> None:
    assert is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_what_it_maps(address: Any) -> None:
    assert is_public(ip_address(f"::ffff:{address}")) == is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.7", "169.254.169.254", "[::1]", "[::ffff:10.0.0.7]", "[fe80::1]", "2130706433", "0x7f000001",
        "0177.0.0.1", "127.1", "0", "localhost", "LOCALHOST.",
    ],
)  # fmt: skip
def test_a_private_host_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises((PrivateAddress, NotResolved)) as refused:
        resolve(read_url(f"https://{host}/hook"))
    if host != "LOCALHOST.":
        assert refused.type is PrivateAddress


def test_loopback_is_allowed_only_where_the_setting_says_so_and_nothing_else_with_it() -> None:
    assert resolve(read_url("http://127.0.0.1:81/", loopback=True), loopback=True) == "127.0.0.1"
    for url in ("https://10.0.0.7/", "http://10.0.0.7/", "http://8.8.8.8/"):
        with pytest.raises(PrivateAddress):
            resolve(read_url(url, loopback=True), loopback=True)


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "8.8.8.8", "10.0.0.7")
    with pytest.raises(PrivateAddress):
        resolve(read_url("https://two-faced.example/"))


def test_the_address_that_was_checked_is_the_one_that_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, "8.8.8.8")
    assert resolve(read_url("https://rebinding.example/")) == "8.8.8.8"
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize(
    "url",
    [
        "", "http://hooks.example/", "ftp://hooks.example/", "file:///etc/passwd", "gopher://x/", "//hooks.example/",
        "https://", "https:///x", "https://user:word@hooks.example/", "https://hooks.example/#part",
        "https://hooks.example:0/", "https://hooks.example:99999/", "https://hooks.example/a b", "https://[::1/",
        "https://hooks.example/\r\nX-Evil: 1", "https://hooks.example\\@10.0.0.7/", "https://hööks.example/",
        "https://hooks.example/" + "x" * 600,
    ],
)  # fmt: skip
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(BadUrl):
        read_url(url)


@given(st.text(max_size=60))
def test_reading_a_url_never_fails_otherwise(text: str) -> None:
    for url in (text, f"https://{text}", f"https://hooks.example/{text}"):
        try:
            target = read_url(url)
        except BadUrl:
            continue
        assert target.scheme == "https"
        assert target.host
        assert not set(target.path) & set(" \r\n")


def test_the_host_header_names_a_port_only_where_it_is_another() -> None:
    assert read_url("https://hooks.example/a?b=c").host_header == "hooks.example"
    assert read_url("https://hooks.example:8443/").host_header == "hooks.example:8443"
    assert read_url("https://[2606:2800::1]:8443/").host_header == "[2606:2800::1]:8443"


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Be the name server; returns what was asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked
