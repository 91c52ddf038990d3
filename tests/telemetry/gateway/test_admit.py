import logging
from typing import Any

import pytest
from cryptography.fernet import Fernet

from telemetry.bus.grants import Grant
from telemetry.gateway.admit import Admission, Admitted, Reason
from telemetry.wire.framing import Frame, split
from tests.telemetry.gateway.place import AERO, HEAVYLIFT, KEYS_KEY, encrypted, grant
from tests.telemetry.wire.peer import KEY, NOW_US, sender, some_flight

OPEN: dict[str, Any] = {"from_us": NOW_US - 1, "until_us": NOW_US + 1}


def judged(*grants: Grant, source: str = "127.0.0.1", key: bytes | None = None, now_us: int = NOW_US) -> object:
    """Return what becomes of one packet of system 7, signed with a key or unsigned."""
    admission = Admission(keys_key=KEYS_KEY)
    admission.load({g.flight: g for g in grants})
    (frame, *_) = split(some_flight(sender(key=key), 1))
    assert isinstance(frame, Frame)
    return admission.judge(frame, source, now_us)


@pytest.mark.parametrize(
    ("sources", "source", "fits"),
    [
        (["198.51.100.0/24"], "198.51.100.200", True),
        (["198.51.100.0/24"], "198.51.101.1", False),
        (["198.51.100.0/23"], "198.51.100.1", False),
        (["198.51.100.7"], "::ffff:198.51.100.7", True),
        (["2001:db8::/56"], "2001:db8::1", True),
        (["2001:db8::/55"], "2001:db8::1", False),
        (["fe80::1"], "fe80::1%eth0", True),
    ],
)
def test_sources_fit_as_narrow_networks(sources: list[str], source: str, *, fits: bool) -> None:
    wanted = Admitted(AERO, is_signed=False) if fits else Reason.WRONG_SOURCE
    assert judged(grant(**OPEN, sources=sources), source=source) == wanted


@pytest.mark.parametrize(("at_us", "fits"), [(9, False), (10, True), (19, True), (20, False)])
def test_a_period_is_half_open(at_us: int, *, fits: bool) -> None:
    wanted = Admitted(AERO, is_signed=False) if fits else Reason.OUTSIDE_PERIOD
    assert judged(grant(from_us=10, until_us=20), now_us=at_us) == wanted


def test_a_slot_that_is_over_does_not_stand_in_the_way_of_the_next() -> None:
    over = grant(HEAVYLIFT, **OPEN, sealed=True)
    assert judged(over, grant(AERO, **OPEN)) == Admitted(AERO, is_signed=False)
    assert judged(over) is Reason.SEALED


def test_a_signed_packet_of_an_aircraft_without_a_key_is_judged_by_its_source() -> None:
    assert judged(grant(**OPEN), key=KEY) == Admitted(AERO, is_signed=False)
    assert judged(grant(**OPEN), key=KEY, source="198.51.100.1") is Reason.WRONG_SOURCE


def test_one_key_under_two_grants_is_ambiguous() -> None:
    both = (grant(AERO, **OPEN, signing_key=encrypted()), grant(HEAVYLIFT, **OPEN, signing_key=encrypted()))
    assert judged(*both, key=KEY) is Reason.AMBIGUOUS


def test_a_key_that_can_not_be_read_admits_nothing_that_is_signed(caplog: pytest.LogCaptureFixture) -> None:
    other = Fernet(Fernet.generate_key()).encrypt(KEY.hex().encode()).decode()
    with caplog.at_level(logging.ERROR):
        assert judged(grant(**OPEN, signing_key=other), key=KEY) is Reason.BAD_SIGNATURE
    assert AERO in caplog.text
