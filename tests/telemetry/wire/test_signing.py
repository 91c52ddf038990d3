import pytest

from telemetry.wire.framing import Frame, split
from telemetry.wire.signing import SignatureCheck, Verdict
from tests.telemetry.wire.peer import KEY, NOW_US, sender, some_flight


def signed(*, key: bytes = KEY, link_id: int = 0) -> list[Frame]:
    return [p for p in split(some_flight(sender(key=key, link_id=link_id))) if isinstance(p, Frame)]


def test_what_pymavlink_signs_is_good() -> None:
    check = SignatureCheck()
    assert {check.judge(frame, key=KEY, now_us=NOW_US) for frame in signed()} == {Verdict.GOOD}


def test_a_packet_that_comes_again_is_a_replay() -> None:
    check, (first, second, *_) = SignatureCheck(), signed()
    verdicts = [check.judge(frame, key=KEY, now_us=NOW_US) for frame in (second, second, first)]
    assert verdicts == [Verdict.GOOD, Verdict.REPLAYED, Verdict.REPLAYED]


def test_links_of_one_aircraft_count_apart() -> None:
    check = SignatureCheck()
    assert check.judge(signed()[1], key=KEY, now_us=NOW_US) is Verdict.GOOD
    assert check.judge(signed(link_id=1)[0], key=KEY, now_us=NOW_US) is Verdict.GOOD


@pytest.mark.parametrize(("behind_s", "verdict"), [(59, Verdict.GOOD), (61, Verdict.REPLAYED)])
def test_a_new_link_may_be_a_minute_behind(behind_s: int, verdict: Verdict) -> None:
    assert SignatureCheck().judge(signed()[0], key=KEY, now_us=NOW_US + behind_s * 1_000_000) is verdict


def test_another_key_or_a_changed_byte_is_a_bad_signature() -> None:
    frame = signed()[0]
    assert SignatureCheck().judge(frame, key=bytes(32), now_us=NOW_US) is Verdict.BAD_SIGNATURE
    hurt = bytearray(frame.packet)
    hurt[-7] ^= 1
    (changed,) = split(bytes(hurt))
    assert isinstance(changed, Frame)
    assert SignatureCheck().judge(changed, key=KEY, now_us=NOW_US) is Verdict.BAD_SIGNATURE


def test_a_packet_without_a_signature_is_unsigned() -> None:
    (frame, *_) = split(some_flight(sender(), 1))
    assert isinstance(frame, Frame)
    assert SignatureCheck().judge(frame, key=KEY, now_us=NOW_US) is Verdict.UNSIGNED
