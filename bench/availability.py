"""Measure free times, searches and long lists on ledgers of 10,000, 100,000 and 1,000,000 claims.

The ledger is of 40 resources: 35 are booked by name, in all their lanes, most of them twice a day for two hours; five
are hazards, which every flight shares. A day has 75 bookings of two companies, with the claims of their aircraft,
pilots and volumes about 330 claims, made through the product's own actions; the other days repeat it. 10,000 claims are
30 days, which is the period that is asked about; what is more lies before and after it, to four years each way. All
claims are active: a real ledger's history is given back and is in no index, so this one is harder.

Asked over HTTP by one client after the other, on kept connections: free time of sets of six resources over 30 days; a
ranked search for such sets over three weeks; 1,000 of a company's bookings in brief; 200 of them whole (the largest
page, without a limit of its own). Each figure's growth is its median on the largest ledger over that on the smallest.
The plans of what reads claims are looked at too. Prints one JSON line; fails where a limit or a plan does not hold.

    python -m bench.availability [--sizes 10000 100000 1000000]
"""

import argparse
import datetime as dt
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench._ledger import WINDOW_DAYS, Ledger, book_a_day, write_site
from bench._service import Client, make_site, percentile, serving, set_up_django
from testcentre.embedded import Engines

SIZES = (10_000, 100_000, 1_000_000)
LIMITS_MS = {"availability_30_days": 30, "search_3_weeks": 300, "list_1000_brief": 40, "page_200_whole": None}
GROWTH_LIMIT = 3
SETS, SET_OF, WARM_UP, ASKED = 10, 6, 10, 40
# share of searches that their own time limit may end before all was looked at
MOST_CUT = 0.1
SEARCH = dt.timedelta(days=21)


class Questions:
    """What is asked, by one company; Django is set up and the ledger has its first day."""

    def __init__(self, first: dt.datetime) -> None:
        from bookings.models import current_site  # noqa: PLC0415
        from tests.factories import a_crew  # noqa: PLC0415
        from tests.people import person  # noqa: PLC0415

        self.who = person("heavylift/booker")
        self.first = first
        aircraft, pilot = a_crew(self.who)
        self._crew = {"aircraft": str(aircraft), "pilot": str(pilot)}
        named = [one.code for one in current_site().all_resources if one.active and one.hazard == "none"]
        dice = random.Random(4)
        self.sets = [dice.sample(named, SET_OF) for _ in range(SETS)]

    def of(self, figure: str, number: int) -> tuple[str, str, dict[str, Any] | None]:
        """Return method, address and body of a numbered question."""
        codes = self.sets[number % SETS]
        period = {"from": self._words(), "to": self._words(days=WINDOW_DAYS)}
        if figure == "availability_30_days":
            query = urlencode({"resources": ",".join(codes), "minutes": 60} | period)
            return "GET", f"/api/v1/availability?{query}", None
        if figure == "search_3_weeks":
            slot = {"start": self._words(days=7, hours=9), "end": self._words(days=7, hours=10)}
            within = {"from": self._words(), "to": self._words(days=SEARCH.days)}
            body = {"purpose": "bench", "resources": codes, "within": within} | slot | self._crew
            return "POST", "/api/v1/bookings/search", body
        page = {"brief": "true", "limit": 1000} if figure == "list_1000_brief" else {"limit": 200}
        return "GET", f"/api/v1/bookings?{urlencode(period | page)}", None

    def _words(self, **later: int) -> str:
        return (self.first + dt.timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ask(client: Client, questions: Questions, figure: str) -> dict[str, Any]:
    """Ask; return the median and the 99th percentile in milliseconds, the median of rows, and how many were cut.

    Raises:
        RuntimeError: an answer is an error.
    """
    took_ms, answered = [], []
    for number in range(-WARM_UP, ASKED):
        method, address, body = questions.of(figure, number)
        begun = time.perf_counter()
        status, raw = client.ask(method, address, body)
        spent_ms = (time.perf_counter() - begun) * 1000
        if status != 200:
            raise RuntimeError(f"{method} {address} answered {status}: {raw[:300]!r}")
        if number >= 0:
            took_ms.append(spent_ms)
            answered.append(json.loads(raw))
    rows = [len(one.get("windows") or one.get("answers") or one.get("results") or ()) for one in answered]
    return {
        "p50_ms": round(percentile(took_ms, 0.5), 1),
        "p99_ms": round(percentile(took_ms, 0.99), 1),
        "rows": round(percentile(rows, 0.5)),
        "cut": sum(one.get("complete") is False for one in answered),
    }


def not_by_index(questions: Questions) -> tuple[int, list[str]]:
    """Return how many statements read claims for free times, searches and schedules, and those without the index."""
    from bookings.actions.plan import Wish  # noqa: PLC0415
    from bookings.actions.search_slots import Search, search_slots  # noqa: PLC0415
    from bookings.claims.availability import availability, schedule  # noqa: PLC0415
    from testcentre.foundation.clock import utc_now  # noqa: PLC0415
    from tests.bookings.claims.plans import unindexed  # noqa: PLC0415
    from tests.factories import wish_of  # noqa: PLC0415

    codes, first, asker = questions.sets[0], questions.first, questions.who.asker
    wish: Wish = wish_of(questions.who, start=first + dt.timedelta(days=7, hours=9), resources=tuple(codes))
    period = first, first + dt.timedelta(days=WINDOW_DAYS)

    def work() -> None:
        availability(asker, codes, period=period, shortest=dt.timedelta(hours=1), now=utc_now())
        schedule(codes, period=period)
        search_slots(asker, Search(wish=wish, period=(first, first + SEARCH)), now=utc_now())

    return unindexed(work)


def measure(sizes: list[int]) -> dict[str, Any]:
    """Measure on each size of ledger and return all figures."""
    first = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    book_a_day(first)
    ledger, questions = Ledger(), Questions(first)
    measured: dict[int, dict[str, Any]] = {}
    loads: dict[int, float] = {}
    statements, by_other_ways = 0, list[str]()
    with serving() as port:
        client = Client(port, questions.who.key)
        for size in sizes:
            claims = ledger.grow_to(size)
            measured[claims] = {figure: ask(client, questions, figure) for figure in LIMITS_MS}
            loads[claims] = round(os.getloadavg()[0], 1)
            read, unindexed = not_by_index(questions)
            statements, by_other_ways = statements + read, by_other_ways + unindexed
    smallest, largest = measured[min(measured)], measured[max(measured)]
    growth = {figure: round(largest[figure]["p50_ms"] / smallest[figure]["p50_ms"], 2) for figure in LIMITS_MS}
    within = all(limit is None or largest[figure]["p50_ms"] < limit for figure, limit in LIMITS_MS.items())
    whole = all(figures["search_3_weeks"]["cut"] <= ASKED * MOST_CUT for figures in measured.values())
    return {
        "bench": "availability",
        "resources": 40,
        "claims": measured,
        "limits_p50_ms": LIMITS_MS,
        "growth": growth,
        "growth_limit": GROWTH_LIMIT,
        "statements_explained": statements,
        "not_by_index": by_other_ways,
        "load_1min": loads,
        "holds": within and whole and statements > 0 and not by_other_ways and max(growth.values()) < GROWTH_LIMIT,
    }


def main() -> None:
    """Run it on engines of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    sizes = sorted(parser.parse_args().sizes)
    with tempfile.TemporaryDirectory(prefix="bench-availability-") as data, Engines(Path(data)) as engines:
        os.environ.update(engines.environment)
        set_up_django()
        make_site(write_site(Path(data)))
        figures = measure(sizes)
    print(json.dumps(figures))
    if not figures["holds"]:
        sys.exit("availability: a figure is over its limit, grows with the ledger, or is not found by the index")


if __name__ == "__main__":
    main()
