from telemetry.gateway.counts import MOST_SOURCES, MOST_UNADMITTED, OTHERS, Counts


def test_refusals_are_counted_by_reason_and_source_and_links_are_kept_with_first_and_last() -> None:
    counts = Counts()
    for second in (1, 2, 3):
        counts.refuse("no_grant", source="198.51.100.7", system_id=9, now_us=second * 1_000_000)
    (refused,) = counts.refused()
    (link,) = counts.unadmitted()
    assert (refused.reason, refused.source, refused.packets) == ("no_grant", "198.51.100.7", 3)
    assert (link.first, link.last, link.packets) == ("1970-01-01T00:00:01.000Z", "1970-01-01T00:00:03.000Z", 3)


def test_both_tables_are_bounded_and_say_what_they_left_out() -> None:
    counts = Counts()
    for n in range(MOST_SOURCES + 10):
        counts.refuse("no_grant", source=f"source-{n}", system_id=1, now_us=n)
    refused = {row.source: row.packets for row in counts.refused()}
    assert (len(refused), refused[OTHERS], sum(refused.values())) == (MOST_SOURCES + 1, 10, MOST_SOURCES + 10)
    links = counts.unadmitted()
    assert (len(links), links[-1].source) == (MOST_UNADMITTED, f"source-{MOST_SOURCES + 9}")
    assert counts.named["unadmitted_forgotten"] == MOST_SOURCES + 10 - MOST_UNADMITTED
