"""Measure whether the time of a refusal tells who is in the way: a rival's booking, or the range's closure.

One company asks by HTTP for slots that are blocked by the one and by the other, in turn; every request is refused and
stores nothing. Prints one JSON line with both medians; `difference_ms` should stay below 5.

    python -m bench.privacy [--pairs 1000]
"""

import argparse
import datetime as dt
import json
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench._service import make_site
from testcentre.embedded import Engines

GOAL_MS = 5.0
RESOURCE = "RWY-05-23"
CLEAR_UP = dt.timedelta(minutes=5)
SLOT = dt.timedelta(minutes=30)
PLACES = 20
WARM_UP = 20


def block(first: dt.datetime) -> dict[str, list[dt.datetime]]:
    """Block slots, one by a rival and the next by a closure; return their starts by who blocks them."""
    from bookings.actions.close_resources import WantedClosure, close_resources  # noqa: PLC0415
    from bookings.models import ClosureCause  # noqa: PLC0415
    from testcentre.foundation.clock import utc_now  # noqa: PLC0415
    from tests.factories import a_booking, a_crew  # noqa: PLC0415
    from tests.people import person  # noqa: PLC0415

    rival, manager = person("aero/booker"), person("range/manager")
    crew = (a_crew(rival),)
    starts: dict[str, list[dt.datetime]] = {"rival": [], "range": []}
    for place in range(PLACES):
        start = first + dt.timedelta(hours=4 * place)
        a_booking(rival, crew=crew, start=start, resources=(RESOURCE,))
        starts["rival"].append(start)
        closed = start + dt.timedelta(hours=2)
        wanted = WantedClosure(
            codes=(RESOURCE,), period=(closed, closed + SLOT + CLEAR_UP), cause=ClosureCause.MAINTENANCE
        )
        close_resources(manager.asker, wanted, now=utc_now())
        starts["range"].append(closed)
    return starts


def measure(pairs: int) -> dict[str, Any]:
    """Ask in pairs, in random order within each, and return the medians in milliseconds."""
    from tests.bookings.api.client import Desk  # noqa: PLC0415
    from tests.people import person  # noqa: PLC0415

    first = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    starts = block(first)
    desk = Desk(person("heavylift/booker"))
    took_ms: dict[str, list[float]] = {"rival": [], "range": []}
    for number in range(-WARM_UP, pairs):
        for who in random.sample(["rival", "range"], 2):
            start = random.choice(starts[who])
            begun = time.perf_counter()
            answer = desk.book(start=start)
            spent_ms = (time.perf_counter() - begun) * 1000
            if answer.status_code != 409:
                raise RuntimeError(f"the slot at {start} answered {answer.status_code}")
            if number >= 0:
                took_ms[who].append(spent_ms)
    medians = {who: statistics.median(times) for who, times in took_ms.items()}
    difference_ms = abs(medians["rival"] - medians["range"])
    return {
        "bench": "privacy",
        "pairs": pairs,
        "rival_ms": round(medians["rival"], 2),
        "range_ms": round(medians["range"], 2),
        "difference_ms": round(difference_ms, 2),
        "goal_ms": GOAL_MS,
        "holds": difference_ms < GOAL_MS,
    }


def main() -> None:
    """Run it on engines of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-privacy-") as data, Engines(Path(data)) as engines:
        os.environ.update(engines.environment, TESTCENTRE_ALLOWED_HOSTS="testserver")
        make_site("ehtw-exercise")
        print(json.dumps(measure(options.pairs)))


if __name__ == "__main__":
    main()
