"""Decide to which flight a packet belongs: by the aircraft's system id and either its signature or its source.

A signature outranks a source. So a packet that carries one is judged by it alone where the grant has a key: a wrong or
replayed signature is refused even from an allowed source, because whoever sends it claims an identity that it does not
have (the signing guide: drop, unless the application says otherwise). A packet without a signature from an allowed
source is admitted and its link shown as unsigned; so is a signed one of an aircraft whose key we were not given. What
fits two grants goes to neither.
"""

import logging
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from cryptography.fernet import Fernet, InvalidToken

from telemetry.bus.grants import Grant
from telemetry.wire.framing import Frame
from telemetry.wire.signing import SignatureCheck, Verdict, has_good_signature

log = logging.getLogger(__name__)

WIDEST = {4: 24, 6: 56}


class Reason(StrEnum):
    """Why bytes were not admitted."""

    NO_GRANT = "no_grant"
    WRONG_SOURCE = "wrong_source"
    FOREIGN = "foreign"
    AMBIGUOUS = "ambiguous"
    OUTSIDE_PERIOD = "outside_period"
    SEALED = "sealed"
    BAD_SIGNATURE = "bad_signature"
    REPLAYED = "replayed"
    NOT_MAVLINK = "not_mavlink"
    BAD_CRC = "bad_crc"


@dataclass(frozen=True)
class Admitted:
    """A packet belongs to this flight; `is_signed` says that its signature was checked."""

    flight: str
    is_signed: bool


@dataclass(frozen=True)
class _Candidate:
    grant: Grant
    key: bytes | None
    networks: tuple[IPv4Network | IPv6Network, ...]


class Admission:
    """Judge packets by one snapshot of grants; what signatures were seen outlives the snapshot."""

    def __init__(self, *, keys_key: str) -> None:
        self._fernet = Fernet(keys_key)
        self._signatures = SignatureCheck()
        self._by_system: dict[int, list[_Candidate]] = {}
        self.grants: dict[str, Grant] = {}

    def load(self, grants: dict[str, Grant]) -> None:
        """Replace the snapshot."""
        found: dict[int, list[_Candidate]] = defaultdict(list)
        for grant in grants.values():
            found[grant.system_id].append(_Candidate(grant, self._key_of(grant), _networks(grant.sources)))
        self._by_system, self.grants = dict(found), grants

    def is_open(self, flight: str, now_us: int) -> bool:
        """Say whether the flight may receive data now."""
        grant = self.grants.get(flight)
        return grant is not None and not grant.sealed and grant.from_us <= now_us < grant.until_us

    def judge(self, frame: Frame, source: str, now_us: int) -> Admitted | Reason:
        """Say which flight a packet from this IP address belongs to, or why to none."""
        known = self._by_system.get(frame.system_id)
        if not known:
            return Reason.NO_GRANT
        current = [c for c in known if c.grant.from_us <= now_us < c.grant.until_us]
        if not current:
            return Reason.OUTSIDE_PERIOD
        unsealed = [c for c in current if not c.grant.sealed]
        if not unsealed:
            return Reason.SEALED
        if frame.is_signed:
            by_signature = self._judge_signature(frame, [c for c in unsealed if c.key is not None], now_us)
            if by_signature is not None and by_signature is not Reason.BAD_SIGNATURE:
                return by_signature
            by_source = _judge_source([c for c in unsealed if c.key is None], source)
            return by_signature if by_signature and by_source is Reason.WRONG_SOURCE else by_source
        return _judge_source(unsealed, source)

    def _judge_signature(self, frame: Frame, keyed: list[_Candidate], now_us: int) -> Admitted | Reason | None:
        """Judge by the keys that may have made the signature; None when there is no key at all."""
        fitting = [c for c in keyed if c.key and has_good_signature(frame, key=c.key)]
        if len(fitting) > 1:
            return Reason.AMBIGUOUS
        if not fitting or not fitting[0].key:
            return Reason.BAD_SIGNATURE if keyed else None
        verdict = self._signatures.judge(frame, key=fitting[0].key, now_us=now_us)
        return Reason.REPLAYED if verdict is Verdict.REPLAYED else Admitted(fitting[0].grant.flight, is_signed=True)

    def _key_of(self, grant: Grant) -> bytes | None:
        if grant.signing_key is None:
            return None
        try:
            return bytes.fromhex(self._fernet.decrypt(grant.signing_key.encode()).decode())
        except (InvalidToken, ValueError):
            log.error("flight %s: its signing key can't be read: is this the keys key it was kept under?", grant.flight)
            return os.urandom(32)  # no signature fits it; an aircraft that signs must not pass as one without a key


def _judge_source(candidates: Iterable[_Candidate], source: str) -> Admitted | Reason:
    address = address_of(source)
    fitting = [c.grant.flight for c in candidates if any(address in network for network in c.networks)]
    if len(fitting) > 1:
        return Reason.AMBIGUOUS
    return Admitted(fitting[0], is_signed=False) if fitting else Reason.WRONG_SOURCE


@lru_cache(maxsize=4096)
def address_of(source: str) -> IPv4Address | IPv6Address:
    """Return an IP address; one of IPv4 that came through an IPv6 socket as what it is."""
    address = ip_address(source.partition("%")[0])
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _networks(sources: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks that are narrow enough to name a sender: /24 and /56 at the widest."""
    networks = []
    for source in sources:
        try:
            network = ip_network(source, strict=False)
        except ValueError:
            log.error("an allowed source is no network: %r", source)
            continue
        if network.prefixlen >= WIDEST[network.version]:
            networks.append(network)
    return tuple(networks)
