import asyncio
import socket
import time
from typing import Any

import pytest

from telemetry.wire.framing import Frame, split
from tests.telemetry.gateway.place import AERO, HEAVYLIFT, HOUR_US, Place, encrypted, grant, now_us
from tests.telemetry.wire.peer import KEY, heard, sender, some_flight

pytestmark = pytest.mark.asyncio


def packets(data: bytes) -> list[bytes]:
    return [piece.packet for piece in split(data) if isinstance(piece, Frame)]


def signed_now(**more: Any) -> bytes:
    peer = sender(key=KEY, **more)
    peer.signing.timestamp = (now_us() - 1_420_070_400_000_000) // 10
    return some_flight(peer, 1)


async def test_an_admitted_link_is_recorded_byte_for_byte_and_published(place: Place) -> None:
    await place.admit(grant())
    send, data = place.udp(), some_flight(sender(), 20)
    for packet in packets(data):
        send(packet)
    batches = await place.recorded(data)
    assert {batch.link.rpartition(":")[0] for batch in batches} == {"udp:127.0.0.1"}
    assert len(batches) < 20
    state = await place.state(lambda s: s.links[s.link].packets == 100)
    assert state.sample["latitude_deg"] == pytest.approx(52.2758352)
    assert (state.system_id, state.source, state.links[state.link].signed, state.links[state.link].lost) == (
        7,
        "gateway-test",
        False,
        0,
    )


async def test_a_signature_admits_from_any_source_and_shows(place: Place) -> None:
    await place.admit(grant(signing_key=encrypted(), sources=[]))
    data = signed_now()
    place.udp()(data)
    await place.recorded(data)
    assert (await place.state(lambda s: s.links)).links.popitem()[1].signed


async def test_a_wrong_or_repeated_signature_is_refused_even_from_an_allowed_source(place: Place) -> None:
    await place.admit(grant(signing_key=encrypted()))
    send, data = place.udp(), signed_now()
    send(data)
    await place.recorded(data)
    send(data)
    assert await place.refused("replayed") == 5
    hurt = bytearray(packets(signed_now())[0])
    hurt[-1] ^= 1
    send(bytes(hurt))
    assert await place.refused("bad_signature") == 1
    unsigned = some_flight(sender(), 1)
    send(unsigned)
    await place.recorded(data + unsigned)


async def test_a_signature_outranks_a_source(place: Place) -> None:
    await place.admit(grant(AERO), grant(HEAVYLIFT, signing_key=encrypted(), sources=[]))
    data = signed_now()
    place.udp()(data)
    await place.recorded(data, HEAVYLIFT)


async def test_what_fits_two_grants_goes_to_neither(place: Place) -> None:
    await place.admit(grant(AERO), grant(HEAVYLIFT))
    place.udp()(some_flight(sender(), 1))
    assert await place.refused("ambiguous") == 5
    assert await place.recorded(b"") == []


@pytest.mark.parametrize(
    ("reason", "more"),
    [
        ("no_grant", {"system_id": 8}),
        ("wrong_source", {"sources": ["127.0.0.0/23", "198.51.100.0/24", "nonsense"]}),
        ("outside_period", {"until_us": now_us() - 1}),
        ("outside_period", {"from_us": now_us() + HOUR_US}),
        ("sealed", {"sealed": True}),
    ],
)
async def test_what_no_grant_admits_is_counted_by_reason_and_source(
    place: Place, reason: str, more: dict[str, Any]
) -> None:
    await place.admit(grant(**more))
    place.udp()(some_flight(sender(), 1))
    assert await place.refused(reason) == 5
    assert await place.recorded(b"") == []


async def test_the_heartbeat_tells_who_was_refused_and_what_was_counted(place: Place) -> None:
    await place.admit()
    place.udp()(some_flight(sender(), 1))
    beat = await place.heartbeat(lambda b: b.unadmitted)
    (link,) = beat.unadmitted
    assert (link.source, link.system_id, link.reason, link.packets) == ("127.0.0.1", 7, "no_grant", 5)
    assert [(r.reason, r.source, r.packets) for r in beat.refused] == [("no_grant", "127.0.0.1", 5)]
    assert link.first_bytes == packets(some_flight(sender(), 1))[0].hex()
    assert link.messages == ["HEARTBEAT", "GLOBAL_POSITION_INT", "GPS_RAW_INT", "ATTITUDE", "SYS_STATUS"]
    assert (link.vehicle, link.autopilot) == ("MAV_TYPE_QUADROTOR", "MAV_AUTOPILOT_ARDUPILOTMEGA")
    assert (beat.name, beat.counters["datagrams"], beat.udp_port) == ("gateway-test", 1, place.gateway._udp_port)


async def test_foreign_packets_on_an_admitted_link_are_not_kept(place: Place) -> None:
    await place.admit(grant())
    own, foreign = some_flight(sender(), 1), some_flight(sender(251), 1)
    place.udp()(b"".join(pair[0] + pair[1] for pair in zip(packets(own), packets(foreign), strict=True)))
    await place.recorded(own)
    assert await place.refused("foreign", 251) == 5


async def test_unreadable_bytes_of_an_admitted_link_are_kept_and_counted(place: Place) -> None:
    await place.admit(grant())
    send, own = place.udp(), some_flight(sender(), 1)
    hurt = bytearray(packets(own)[1])
    hurt[14] ^= 0xFF
    send(own)
    send(bytes(hurt))
    send(b"noise")
    await place.recorded(own + bytes(hurt) + b"noise")
    counts = place.gateway._counts
    assert (counts.named["bad_crc"], counts.named["unreadable_bytes"]) == (1, len(hurt) + 5)
    assert counts.unadmitted() == []
    place.udp()(bytes(hurt))
    place.udp()(b"noise")
    assert await place.refused("bad_crc", None) == 1
    assert await place.refused("not_mavlink", None) == 1
    await place.recorded(own + bytes(hurt) + b"noise")


async def test_tcp_finds_packets_in_noise_and_across_reads(place: Place) -> None:
    await place.admit(grant())
    data, noise = some_flight(sender(), 2), b"\x00\xfe\xfd\xff noise" * 20
    with socket.create_connection(("127.0.0.1", place.gateway._tcp_port)) as tcp:
        tcp.sendall(noise + some_flight(sender(251), 1))
        assert await place.refused("no_grant", 251) == 5
        tcp.sendall(data[:50])
        await asyncio.sleep(0.2)
        tcp.sendall(data[50:] + noise)
        await place.until(lambda: place.gateway._counts.named["admitted"] == 10)
    batches = await place.recorded(data + noise)
    assert batches[0].link.startswith("tcp:127.0.0.1:")
    assert await place.refused("not_mavlink", None) >= 1


async def test_a_grant_holds_within_a_second_and_its_end_leaves_an_end_mark(place: Place) -> None:
    await place.admit()
    send, data = place.udp(), some_flight(sender(), 1)
    await place.admit(grant(until_us=now_us() + 1_000_000))
    send(data)
    await place.recorded(data)
    last = (await place.batches(2))[-1]
    assert (last.kind, last.records, last.flight) == ("end", [], AERO)
    assert last.link.startswith("udp:127.0.0.1:")
    send(data)
    assert await place.refused("outside_period") == 5


async def test_nothing_is_lost_or_doubled_while_the_stream_is_away(place: Place) -> None:
    await place.admit(grant())
    send, data = place.udp(), some_flight(sender(), 60)
    whole = packets(data)
    for n, packet in enumerate(whole):
        send(packet)
        if n == 50:
            place.stream.freeze()
        if n == 150:
            place.stream.thaw()
            place.stream.kill()
        if n == 200:
            place.stream.start()
        await asyncio.sleep(0.002)
    await place.recorded(data)
    counts = place.gateway._counts
    await place.until(lambda: counts.named["records_kept"] == 300)
    assert counts.named["records_lost"] == 0


async def test_lost_and_late_packets_are_counted_apart(place: Place) -> None:
    await place.admit(grant())
    send, whole = place.udp(), packets(some_flight(sender(), 4))
    for n in (0, 1, 4, 3, 5):
        send(whole[n])
    state = await place.state(lambda s: s.links[s.link].packets == 5)
    assert (state.links[state.link].lost, state.links[state.link].late) == (1, 1)


async def test_five_thousand_packets_come_in_without_loss(place: Place) -> None:
    await place.admit(grant())
    peer = sender()
    send, whole = place.udp(), packets(some_flight(peer, 1000))
    begun_s = time.process_time()
    for n, packet in enumerate(whole):
        send(packet)
        if n % 100 == 0:
            await asyncio.sleep(0.005)
    await place.recorded(heard(peer))
    beat = await place.heartbeat(lambda b: b.counters["datagrams"] == 5000)
    assert (beat.counters["admitted"], beat.counters["udp_kernel_drops"]) == (5000, 0)
    assert time.process_time() - begun_s < 20


async def test_a_link_tells_late_and_duplicate_packets_its_radio_and_its_clock(place: Place) -> None:
    await place.admit(grant())
    send, peer, radio = place.udp(), sender(), sender(51)
    peer.system_time_send(now_us() + 3_600_000_000, 5000)
    some_flight(peer, 2)
    found = packets(heard(peer))
    radio.radio_status_send(180, 255, 97, 40, 41, 7, 2)
    for packet in [*found[:3], found[4], found[3], found[4], *found[6:-1], heard(radio)]:
        send(packet)
    await asyncio.sleep(1.1)  # radio and clock are told once a second
    send(found[-1])

    state = await place.state(lambda s: s.links[s.link].packets == len(found))
    figures = state.links[state.link]

    assert (figures.packets, figures.lost, figures.late, figures.duplicate) == (len(found), 1, 1, 1)
    assert (figures.radio["rssi"], figures.radio["remote_rssi"]) == (180, None)
    assert figures.clock["state"] == "ahead"
    batches = await place.recorded(b"".join([*found[:3], found[4], found[3], found[4], *found[6:]]))
    assert sum((batch.tally.refused.get("foreign", 0) for batch in batches), 0) == 1
    assert sum(batch.tally.packets for batch in batches) == len(found) + 1
