"""Fill the ledger for a measurement: one day, booked through the product's own actions, repeated over years.

The day's rows are cloned in SQL and moved by whole days, with ids, numbers and blocks of lanes of their own: they are
what the product would have written. Adding the ledger's constraint back afterwards proves that none overlap.
"""

import datetime as dt
import json
import os
from pathlib import Path

import psycopg
from psycopg import sql

RESOURCES = 40
# more of the plain kinds, until there are 40
MORE = ("stand", "ground_station", "hangar_bay", "safety_officer", "spectrum")
SLOT, HALF_DAY, LATER = dt.timedelta(hours=2), dt.timedelta(hours=12), dt.timedelta(minutes=45)
PLACES = 12
WINDOW_DAYS = 30
NO_OVERLAP = "claim_no_overlap"

_ID = "md5({}::text || day)::uuid"
_LATER = "{} + shift * interval '1 day'"
_LANES = "int8multirange(int8range(lower({0}) + day * 64000, upper({0}) + day * 64000))"
_ALL_LANES = "int8multirange(int8range(NULL, NULL))"
# what a clone has of its own, by table and column, in the order of the foreign keys; a block has 64 lanes, of which
# claims have one or all others, and the lanes below 64 are a capacity's
_OWN: dict[str, dict[str, str]] = {
    "bookings_booking": {
        "id": _ID.format("id"),
        "serial": "serial + day * 100",
        "block": "block + day * 1000",
        "start": _LATER.format("start"),
        "end": _LATER.format('"end"'),
    },
    "bookings_bookedresource": {"start": _LATER.format("start"), "end": _LATER.format('"end"')},
    "bookings_crew": {"flight_id": _ID.format("flight_id")},
    "bookings_volume": {},
    "bookings_bookingapproval": {"id": _ID.format("id")},
    "bookings_bookingprice": {"id": _ID.format("id")},
    "claim": {
        "period": f"tstzrange({_LATER.format('lower(period)')}, {_LATER.format('upper(period)')})",
        "lanes": f"""CASE WHEN lanes = {_ALL_LANES} THEN lanes
                          WHEN lower_inf(lanes) THEN {_ALL_LANES} - {_LANES.format(f"({_ALL_LANES} - lanes)")}
                          WHEN lower(lanes) >= 64 THEN {_LANES.format("lanes")} ELSE lanes END""",
    },
}
_COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
    AND attidentity = ''
"""


def write_site(folder: Path) -> str:
    """Write the exercise's site with 40 resources; returns the file's path. Django is set up."""
    from bookings.site_file import read_site_file  # noqa: PLC0415

    resources = list(read_site_file("ehtw-exercise").data["resources"])
    for n in range(len(resources), RESOURCES):
        kind = MORE[n % len(MORE)]
        code = f"{kind.upper().replace('_', '-')}-{n}"
        resources.append({"code": code, "name": code, "kind": kind, "setup_min": 15, "clearup_min": 15})
    tables = (
        "\n".join(
            ["[[resources]]", *(f"{key} = {json.dumps(value)}" for key, value in one.items() if value is not None)]
        )
        for one in resources
    )
    path = folder / "forty.toml"
    path.write_text("\n\n".join(['extends = "ehtw-exercise"', *tables]))
    return str(path)


def book_a_day(first: dt.datetime) -> None:
    """Book each lane of each resource for two hours, most of them twice, an hour or so apart; range confirms half.

    Hazards are not named: every flight shares them. Every third booking flies in a volume.
    """
    from bookings.actions.confirm_booking import confirm_booking  # noqa: PLC0415
    from bookings.models import current_site  # noqa: PLC0415
    from testcentre.foundation.clock import utc_now  # noqa: PLC0415
    from tests.factories import a_booking, a_crew, square, volume  # noqa: PLC0415
    from tests.people import person  # noqa: PLC0415

    companies = [person("aero/booker"), person("heavylift/booker")]
    operator = person("range/operator")
    named = [one for one in current_site().all_resources if one.active and one.hazard == "none"]
    lanes = [one.code for one in named for _ in range(1 if one.exclusive else one.capacity)]
    for n, code in enumerate(lanes):
        who = companies[n % 2]
        crew = a_crew(who)
        for half in range(2):
            if (n + half) % 6 == 0:
                continue
            start = first + half * HALF_DAY + n % PLACES * LATER
            volumes = (volume(square(east_km=0.25 * (n % 6) - 1, north_km=0.25 * (n // 6) - 1)),) if n % 3 == 0 else ()
            booking = a_booking(who, crew=(crew,), start=start, end=start + SLOT, resources=(code,), volumes=volumes)
            if n % 4 < 2:
                confirm_booking(operator.asker, booking.id, now=utc_now())


class Ledger:
    """The rows of one day that is booked, to be repeated."""

    def __init__(self) -> None:
        self._url = os.environ["DATABASE_URL"]
        self._days = 1
        with psycopg.connect(self._url) as connection:
            rows = connection.execute("SELECT id FROM bookings_booking").fetchall()
            self._bookings = [row[0] for row in rows]
            self.per_day = self._count(connection)

    def grow_to(self, claims: int) -> int:
        """Repeat the day until there are so many claims, the first 30 days before those far away; returns how many.

        Triggers are off and the constraint is gone only while rows are written.
        """
        days = range(self._days, -(-claims // self.per_day))
        self._days = days.stop
        with psycopg.connect(self._url, autocommit=True) as connection:
            with connection.transaction():
                row = connection.execute(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [NO_OVERLAP]
                ).fetchone()
                if row is None:
                    raise RuntimeError("the ledger has no constraint")
                connection.execute(f"ALTER TABLE claim DROP CONSTRAINT {NO_OVERLAP}")
                connection.execute("SET LOCAL session_replication_role = replica")
                for table in _OWN:
                    self._clone(connection, table, days)
                connection.execute("SELECT setval('booking_block', %s)", [days.stop * 1000])
                connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
                connection.execute(f"ALTER TABLE claim ADD CONSTRAINT {NO_OVERLAP} {row[0]}")
            connection.execute("VACUUM (ANALYZE)")
            return self._count(connection)

    def _clone(self, connection: psycopg.Connection, table: str, days: range) -> None:
        own = _OWN[table] if table == "bookings_booking" else {"booking_id": _ID.format("booking_id")} | _OWN[table]
        names = [name for (name,) in connection.execute(_COLUMNS, [table])]
        statement = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {values} FROM {table},"
            " unnest(%s::int[], %s::int[]) AS clone(day, shift) WHERE {booking} = ANY(%s)"
        ).format(
            table=sql.Identifier(table),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(sql.SQL(own[name]) if name in own else sql.Identifier(name) for name in names),
            booking=sql.Identifier("id" if table == "bookings_booking" else "booking_id"),
        )
        connection.execute(statement, [list(days), [shift_of(day) for day in days], self._bookings])

    @staticmethod
    def _count(connection: psycopg.Connection) -> int:
        row = connection.execute("SELECT count(*) FROM claim").fetchone()
        return int(row[0]) if row else 0


def shift_of(day: int) -> int:
    """Return by how many days a clone is moved: the window first, then alternately after it and before it."""
    beyond = day - WINDOW_DAYS
    if beyond < 0:
        return day
    return WINDOW_DAYS + beyond // 2 if beyond % 2 == 0 else -1 - beyond // 2
