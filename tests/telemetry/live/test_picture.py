"""The newest state of every flight."""

from telemetry.live.picture import Picture

S = 1_000_000


def heard(picture: Picture, flight: str, received_us: int, **sample: float) -> None:
    picture.hear(flight, sample=sample, links={}, received_us=received_us)


def test_the_newest_state_wins_and_the_ones_it_replaced_are_counted() -> None:
    picture = Picture()
    heard(picture, "a", 10 * S, altitude_amsl_m=1.0)
    heard(picture, "a", 11 * S, altitude_amsl_m=2.0)
    heard(picture, "a", 12 * S, altitude_amsl_m=3.0)
    assert picture.changes(12 * S) == [
        {"id": "a", "sample": {"altitude_amsl_m": 3.0}, "link": "fresh", "age_s": 0.0, "links": {}, "skipped": 2}
    ]


def test_a_late_state_does_not_replace_a_newer_one() -> None:
    picture = Picture()
    heard(picture, "a", 12 * S, altitude_amsl_m=3.0)
    heard(picture, "a", 11 * S, altitude_amsl_m=2.0)
    assert picture.row("a", 12 * S)["sample"] == {"altitude_amsl_m": 3.0}


def test_a_flight_without_news_is_told_only_when_its_link_state_turns() -> None:
    picture = Picture()
    heard(picture, "a", 10 * S)
    told = [(age_ds, row["link"]) for age_ds in range(0, 60, 5) for row in picture.changes(10 * S + age_ds * S // 10)]
    assert told == [(0, "fresh"), (15, "late"), (35, "stale"), (50, "lost")]


def test_what_was_heard_is_newer_than_what_was_kept() -> None:
    picture = Picture()
    heard(picture, "a", 10 * S, altitude_amsl_m=1.0)
    picture.recall("a", sample={"altitude_amsl_m": 9.0}, received_us=11 * S)
    picture.recall("b", sample={"altitude_amsl_m": 5.0}, received_us=2 * S)
    assert [(row["id"], row["sample"], row["link"]) for row in picture.rows(10 * S)] == [
        ("a", {"altitude_amsl_m": 1.0}, "fresh"),
        ("b", {"altitude_amsl_m": 5.0}, "lost"),
    ]


def test_ended_flights_are_forgotten_unless_they_are_still_heard() -> None:
    picture = Picture()
    for flight, received_us in (("open", 1 * S), ("ended", 1 * S), ("just heard", 20 * S)):
        heard(picture, flight, received_us)
    picture.keep_only(["open"], heard_since_us=10 * S)
    assert sorted(picture.entries) == ["just heard", "open"]


def test_a_flight_that_was_never_heard_has_no_state_at_all() -> None:
    assert Picture().row("a", 0) == {"id": "a", "sample": None, "link": None, "age_s": None, "links": {}}


def test_a_gateway_whose_clock_is_ahead_makes_no_negative_age() -> None:
    picture = Picture()
    heard(picture, "a", 11 * S)
    assert picture.row("a", 10 * S)["age_s"] == 0.0
