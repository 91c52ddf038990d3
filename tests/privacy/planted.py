"""What is planted for the walk: open bookings, classified ones, and the words that tell whose they are."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from bookings.actions.add_aircraft import AircraftEntry, add_aircraft
from bookings.actions.add_pilot import add_pilot
from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.join_waiting_list import join_waiting_list
from bookings.actions.waiting_wishes import Waited
from bookings.models import Aircraft, Booking, BookingPrice, Paper, Pilot, WaitingEntry
from bookings.outgoing.feed_tokens import make_feed
from bookings.outgoing.webhooks import add_webhook
from bookings.rules.approvals import UNDECIDED
from bookings.rules.facts import AircraftKind, Classification, PaperFacts, PaperKind
from bookings.rules.hazard_details import HazardDetails
from bookings.tariff import Cause
from telemetry.recordings import store
from telemetry.recordings.models import AdmittedSource, Flight, Log
from testcentre.foundation.clock import utc_now
from tests.factories import FAR, a_booking, square, tomorrow, volume, wish_of
from tests.people import NAMES, person

ids = {"aero": 111, "umbra": 222, "heavylift": 333}


@dataclass
class Planted:
    """Everything of one organisation that addresses can name; `words` give it away."""

    slug: str
    words: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)

    def add(self, parameter: str, its_id: object) -> None:
        self.names.setdefault(parameter, []).append(str(its_id))


def plant(slug: str, *, hour: int, label: Classification) -> Planted:
    """Book with a fleet whose names, numbers and ids appear nowhere else; needs a site."""
    who = person(f"{slug}/admin")
    secret = f"zq{slug}"
    aircraft, pilot = _aircraft(slug, secret), _pilot(slug, secret)
    mine = Planted(slug, names={"organisation": [slug]})
    webhook, _ = add_webhook(who.asker, url=f"https://webhooks.invalid/zq{slug}", kinds=(), description="")
    mine.add("webhook_id", webhook.id)
    common: dict[str, Any] = {
        "crew": ((aircraft.id, pilot.id),),
        "purpose": f"{secret} purpose",
        "classification": label,
        "hazard_details": HazardDetails(unit=f"{secret} unit", stop_procedure=f"{secret} stop"),
        "series": uuid4(),
    }
    bookings = [
        _confirmed(a_booking(who, start=tomorrow(hour), resources=("RWY-05-23",), volumes=(volume(),), **common)),
        a_booking(who, start=tomorrow(hour + 1), resources=("RWY-05-23",), **common),
        _cancelled(_confirmed(a_booking(who, start=tomorrow(hour + 2), **common))),
    ]
    join_waiting_list(
        who.asker,
        Waited(wish=wish_of(who, start=tomorrow(hour), resources=("RWY-05-23",), **common)),
        now=utc_now(),
    )
    _things_beside(mine, aircraft, pilot, bookings)
    mine.words = [
        NAMES[slug][0],
        *(("umbra", "UMBRA-") if slug == "umbra" else (f"{slug.upper()}-",)),
        str(who.organisation_id),
        secret,
        str(aircraft.id),
        str(pilot.id),
        aircraft.serial_number,
        aircraft.registration,
        str(common["series"]),
        f'"system_id":{aircraft.mavlink_system_id}',
    ]
    return mine


def _things_beside(mine: Planted, aircraft: Aircraft, pilot: Pilot, bookings: list[Booking]) -> None:
    who = person(f"{mine.slug}/admin")
    mine.add("aircraft_id", aircraft.id)
    mine.add("pilot_id", pilot.id)
    for booking in bookings:
        mine.add("booking_id", booking.id)
    for flight in Flight.objects.filter(organisation_id=who.organisation_id):
        mine.add("flight_id", flight.id)
        source = AdmittedSource.objects.create(
            flight=flight, address="198.51.100.7", system_id=flight.system_id, reason=f"zq{mine.slug} asked for it"
        )
        mine.add("source_id", source.id)
    for paper in Paper.objects.filter(organisation_id=who.organisation_id)[:1]:
        mine.add("paper_id", paper.id)
    mine.add("entry_id", WaitingEntry.objects.get(organisation_id=who.organisation_id).id)
    mine.add("feed_id", make_feed(who.asker, name=f"zq{mine.slug} feed")[0].id)
    mine.add("delivery_id", UUID(int=ids[mine.slug]))
    sha256, size = store.put([f"zq{mine.slug} log".encode()])
    log = Log.objects.create(
        organisation_id=who.organisation_id, filename=f"zq{mine.slug}.ulg", bytes=size, sha256=sha256, format="ulog"
    )
    mine.add("log_id", log.id)


def _aircraft(slug: str, secret: str) -> Aircraft:
    entry = AircraftEntry(
        name=f"{secret} lifter",
        kind=AircraftKind.MULTIROTOR,
        registration=f"PH-{ids[slug]}",
        serial_number=f"TESTC{ids[slug]:012d}",
        mtom_kg=100,
        max_speed_m_s=15,
        characteristic_dimension_m=4.5,
        mavlink_system_id=ids[slug] % 256,
        papers=(
            PaperFacts(
                kind=PaperKind.INSURANCE, number=f"{secret} P", issuer=secret, valid_until=FAR, cover_sdr=3_000_000
            ),
        ),
    )
    return add_aircraft(person(f"{slug}/booker").asker, entry)


def _pilot(slug: str, secret: str) -> Pilot:
    proof = PaperFacts(kind="STS", number=f"{secret} STS", valid_until=FAR)
    who = person(f"{slug}/booker").asker
    return add_pilot(who, name=f"{secret} pilot", remote_pilot_id=f"{secret} RP", certificates=[proof])


def _confirmed(booking: Booking) -> Booking:
    """Let those decide who are asked; the reason is theirs alone."""
    while booking.state == "requested":
        steps = booking.approvals.filter(state__in=UNDECIDED, opened_at__isnull=False).order_by("number")
        role = steps[0].roles[0] if steps else "manager"
        decider = person(f"range/{role}").asker
        booking = confirm_booking(decider, booking.id, now=utc_now(), reason=f"for zq{booking.organisation.slug}")
    return booking


def _cancelled(booking: Booking) -> Booking:
    """Cancel for weather that the range has to check."""
    slug = booking.organisation.slug
    cancel_booking(
        person(f"{slug}/booker").asker,
        booking.id,
        now=utc_now(),
        cause=Cause.WEATHER,
        evidence="gusts",
        reason=f"zq{slug}",
    )
    BookingPrice.objects.filter(booking=booking, cause="weather").update(to_check=True)
    return booking


def elsewhere() -> Any:
    """Return a volume that nothing else meets."""
    return volume(square(north_km=2))
