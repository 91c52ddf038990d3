from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.wire.dialect import SETUP_SIGNING
from telemetry.wire.framing import Frame, split
from telemetry.wire.key_blanking import KeyBlanker
from tests.telemetry.wire.peer import KEY, heard, sender, some_flight

SECRET = bytes(range(101, 133))
KEY_AT = 20  # in a packet: 10 bytes of head, 8 of time, 2 of target


def setup_signing(secret: bytes = SECRET, **peer: Any) -> bytes:
    """Return what a peer sends when it gives a key away."""
    giving = sender(**peer)
    giving.setup_signing_send(1, 1, secret, 12_345)
    return heard(giving)


def blanked(*parts: bytes) -> tuple[bytes, int]:
    """Return what is kept of parts that arrive one after the other on one link, and how many keys were blanked."""
    blanker = KeyBlanker()
    return b"".join(blanker.blank(piece) for part in parts for piece in split(part)), blanker.blanked


@pytest.mark.parametrize("peer", [{}, {"key": KEY}], ids=["unsigned", "signed"])
def test_a_packet_with_a_key_stays_a_packet_of_the_same_length_without_the_key(peer: dict[str, Any]) -> None:
    before, after = some_flight(sender(), 1), some_flight(sender(), 2)
    packet = setup_signing(**peer)

    kept, count = blanked(before + packet + after)

    assert count == 1
    assert (kept[: len(before)], kept[-len(after) :], len(kept)) == (before, after, len(before + packet + after))
    [frame] = [p for p in split(kept) if isinstance(p, Frame) and p.message_id == SETUP_SIGNING]
    assert frame.packet[:KEY_AT] == packet[:KEY_AT]
    assert frame.payload[10:] == bytes(32)


def test_pymavlink_reads_the_blanked_packet() -> None:
    kept, _ = blanked(setup_signing())
    [message] = sender().parse_buffer(kept)
    assert (message.get_type(), message.initial_timestamp, bytes(message.secret_key)) == (
        "SETUP_SIGNING",
        12_345,
        bytes(32),
    )


def test_blanking_what_is_blank_changes_nothing_and_counts_it() -> None:
    once, _ = blanked(setup_signing())
    assert blanked(once) == (once, 1)


def test_a_key_of_zeros_that_was_left_off_the_payloads_end_is_no_trouble() -> None:
    packet = setup_signing(bytes(32))
    assert blanked(packet) == (packet, 1)


def test_other_packets_and_noise_are_left_as_they_are() -> None:
    data = b"\xfd noise \x00\x01\x00" + some_flight(sender(), 5) + b"\xfd\x00\x00"
    assert blanked(data) == (data, 0)


@given(
    secret=st.binary(min_size=31, max_size=31),
    cuts=st.lists(st.integers(0, 200), max_size=6),
    damage=st.none() | st.integers(KEY_AT, KEY_AT + 33),
)
def test_wherever_its_packet_is_cut_or_damaged_behind_its_head_no_byte_of_the_key_is_kept(
    secret: bytes, cuts: list[int], damage: int | None
) -> None:
    before, after = some_flight(sender(), 1)[:60], some_flight(sender(), 1)
    packet = bytearray(setup_signing(secret + b"\x01"))
    if damage is not None:
        packet[damage] ^= 0x55
    whole = before + bytes(packet) + after
    ends = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})

    kept, count = blanked(*(whole[first:last] for first, last in pairwise(ends)))

    key_at = len(before) + KEY_AT
    assert len(kept) == len(whole)
    assert kept[key_at : key_at + 32] == bytes(32)
    assert count >= 1
