"""Where a webhook may go: never to a private address (no server-side request forgery); needs no Django.

A name is resolved once, every address that it has is checked, and the connection is made to one of those that were
checked: a name server that changes its answer in between (DNS rebinding) changes nothing.
"""

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST_URL = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORT_OF = {"https": 443, "http": 80}


class BadUrl(ValueError):
    """The URL is none that a webhook may have; the text says what was expected."""


class NotResolved(OSError):
    """The host has no address now."""


class PrivateAddress(Exception):
    """The host has an address that is not public; it is not told which, so that nobody maps a network with it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send: `host` as names and certificates say it (ASCII), `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """Return the value of the `Host` header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORT_OF[self.scheme] else f"{name}:{self.port}"


def read_url(url: str, *, loopback: bool = False) -> Target:
    """Return where a URL leads: https only; http too where `loopback` is allowed, which `resolve` then insists on.

    Raises:
        BadUrl: it is no such URL, or has a user, a fragment or signs that belong in none.
    """
    if len(url) > LONGEST_URL or not all(33 <= ord(sign) < 127 for sign in url) or "\\" in url:
        raise BadUrl(f"a URL of at most {LONGEST_URL} ASCII characters without blanks")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadUrl("a URL with a valid host and port") from None
    allowed = ("https", "http") if loopback else ("https",)
    if parts.scheme not in allowed or not parts.hostname:
        raise BadUrl(f"a URL that begins with {' or '.join(f'{scheme}://' for scheme in allowed)}")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadUrl("a URL without user, password and fragment")
    if port == 0:
        raise BadUrl("a port from 1 to 65535")
    return Target(parts.scheme, parts.hostname.rstrip("."), port or _PORT_OF[parts.scheme], _path(parts))


def resolve(target: Target, *, loopback: bool = False) -> str:
    """Return one address of the target's host that may be connected to, as it was checked.

    `loopback` allows this machine's own addresses, and no other private ones; by http nothing else is allowed.

    Raises:
        NotResolved: the name has no address now.
        PrivateAddress: one of its addresses is not public.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotResolved(f"{target.host} has no address") from None
    addresses = [str(sockaddr[0]) for _, _, _, _, sockaddr in found]
    if not addresses:
        raise NotResolved(f"{target.host} has no address")
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        own = loopback and address.is_loopback
        if not (own or (target.scheme == "https" and is_public(address))):
            raise PrivateAddress
    return addresses[0]


def is_public(address: IpAddress) -> bool:
    """Say whether an address, and every address that is wrapped in it, can be reached by anybody."""
    return all(
        one.is_global and not (one.is_multicast or one.is_reserved or one.is_unspecified or one.is_link_local)
        for one in _unwrapped(address)
    )


def _unwrapped(address: IpAddress) -> Iterator[IpAddress]:
    """Yield the address by which it is routed: of an IPv4-mapped one the IPv4 address, of tunnels both."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return  # the prefix itself counts as reserved in some versions of Python
    yield address


def _path(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
