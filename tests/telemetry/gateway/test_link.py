from hypothesis import given
from hypothesis import strategies as st

from telemetry.gateway.link import Link
from telemetry.wire.framing import Frame, split
from tests.telemetry.wire.peer import sender, some_flight

PACKETS = [piece for piece in split(some_flight(sender(), 100)) if isinstance(piece, Frame)]


def counted(numbers: list[int]) -> tuple[int, int]:
    link = Link("udp:1")
    for number in numbers:
        link.count(PACKETS[number], now_us=1, is_signed=False)
    return link.told(1).lost, link.told(1).late


@given(st.sets(st.integers(1, 398), max_size=60))
def test_what_was_skipped_is_lost(skipped: set[int]) -> None:
    assert counted([n for n in range(400) if n not in skipped]) == (len(skipped), 0)


@given(st.integers(1, 300), st.integers(2, 60))
def test_what_comes_late_is_late_and_not_lost(number: int, behind: int) -> None:
    order = [n for n in range(400) if n != number]
    order.insert(number + behind, number)
    assert counted(order) == (0, 1)


def test_what_is_told_carries_its_own_rates_where_nobody_rates_the_link() -> None:
    link = Link("http:1")
    link.told(1_000_000)
    for packet in PACKETS[:30]:
        link.count(packet, now_us=1_500_000, is_signed=False)
        link.figures.bytes += packet.end - packet.start
    told = link.told(2_000_000)
    assert (told.rate_hz, told.bytes_per_s) == (30.0, sum(p.end - p.start for p in PACKETS[:30]))
    assert link.told(2_100_000).rate_hz == 30.0


def test_the_rate_is_that_of_the_last_second() -> None:
    link = Link("udp:1")
    link.rate(1_000_000)
    for packet in PACKETS[:50]:
        link.count(packet, now_us=1, is_signed=True)
    link.rate(2_000_000)
    assert (link.figures.rate_hz, link.figures.signed) == (50.0, True)
    link.rate(3_000_000)
    assert link.figures.rate_hz == 0.0
