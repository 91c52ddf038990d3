from telemetry.gateway.counts import MOST_MESSAGES, MOST_SOURCES, MOST_UNADMITTED, OTHERS, Counts
from telemetry.wire.framing import Frame, Unreadable, split
from tests.telemetry.wire.peer import heard, sender


def pieces(*heartbeats: tuple[int, int]) -> list[Frame | Unreadable]:
    """Return heartbeats of these types and autopilots."""
    peer = sender(9)
    for vehicle, autopilot in heartbeats:
        peer.heartbeat_send(vehicle, autopilot, 0, 0, 0)
    return split(heard(peer))


PIECE = pieces((2, 3))[0]


def test_refusals_are_counted_by_reason_and_source_and_links_are_kept_with_first_and_last() -> None:
    counts = Counts()
    for second in (1, 2, 3):
        counts.refuse("no_grant", PIECE, source="198.51.100.7", system_id=9, now_us=second * 1_000_000)
    (refused,) = counts.refused()
    (link,) = counts.unadmitted()
    assert (refused.reason, refused.source, refused.packets) == ("no_grant", "198.51.100.7", 3)
    assert (link.first, link.last, link.packets) == ("1970-01-01T00:00:01.000Z", "1970-01-01T00:00:03.000Z", 3)


def test_both_tables_are_bounded_and_say_what_they_left_out() -> None:
    counts = Counts()
    for n in range(MOST_SOURCES + 10):
        counts.refuse("no_grant", PIECE, source=f"source-{n}", system_id=1, now_us=n)
    refused = {row.source: row.packets for row in counts.refused()}
    assert (len(refused), refused[OTHERS], sum(refused.values())) == (MOST_SOURCES + 1, 10, MOST_SOURCES + 10)
    links = counts.unadmitted()
    assert (len(links), links[-1].source) == (MOST_UNADMITTED, f"source-{MOST_SOURCES + 9}")
    assert counts.named["unadmitted_forgotten"] == MOST_SOURCES + 10 - MOST_UNADMITTED


def test_a_link_tells_the_first_packet_and_the_heartbeat_of_what_flies_not_of_its_gimbal() -> None:
    counts = Counts()
    beats = pieces((26, 8), (13, 12), (26, 8))  # a gimbal, a hexarotor with PX4
    for piece in beats:
        counts.refuse("no_grant", piece, source="198.51.100.7", system_id=9, now_us=1)
    (link,) = counts.unadmitted()
    assert (link.first_bytes, link.messages) == (beats[0].packet.hex(), ["HEARTBEAT"])
    assert (link.vehicle, link.autopilot) == ("MAV_TYPE_HEXAROTOR", "MAV_AUTOPILOT_PX4")


def test_names_of_messages_are_bounded() -> None:
    counts = Counts()
    for number in range(MOST_MESSAGES + 5):
        head = b"\xfd\x00\x00\x00\x00\x09\x01" + (100_000 + number).to_bytes(3, "little") + b"\x00\x00"
        (piece,) = split(head)
        counts.refuse("no_grant", piece, source="198.51.100.7", system_id=9, now_us=1)
    (link,) = counts.unadmitted()
    assert link.messages == [f"#{100_000 + number}" for number in range(MOST_MESSAGES)]


def test_unreadable_bytes_show_themselves_and_name_no_message() -> None:
    counts = Counts()
    (noise,) = split(b"GET / HTTP/1.1\r\n")
    counts.refuse("not_mavlink", noise, source="198.51.100.7", system_id=None, now_us=1)
    (link,) = counts.unadmitted()
    assert (bytes.fromhex(link.first_bytes), link.messages, link.vehicle) == (b"GET / HTTP/1.1\r\n", [], None)
