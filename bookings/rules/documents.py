"""Documents: insurance and pilots' certificates are valid **on the flight date**, not today.

The flight date is the site's local date on which the slot ends; a document is valid on its last day too.
Insurance: EC 785/2004 asks third-party cover of every unmanned aircraft of 20 kg or more, in bands of mass.
"""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from bookings.rules.code import RuleCode
from bookings.rules.facts import AircraftFacts, BookingFacts, PilotFacts
from testcentre.foundation.errors import Refusal

DOCUMENT_MISSING = RuleCode(
    "document_missing", "An insurance or a pilot's certificate that the flight needs is not there."
)
DOCUMENT_EXPIRED = RuleCode(
    "document_expired", "An insurance or all of a pilot's certificates end before the flight date."
)
COVER_TOO_LOW = RuleCode(
    "insurance_cover_too_low", "The insurance covers less than EC 785/2004 asks for the aircraft's take-off mass."
)
CODES = (DOCUMENT_MISSING, DOCUMENT_EXPIRED, COVER_TOO_LOW)

INSURED_FROM_KG = 20
# EC 785/2004, article 7: below this take-off mass (kg), at least this cover (special drawing rights)
COVER_BANDS = ((500, 750_000), (1_000, 1_500_000), (2_700, 3_000_000), (6_000, 7_000_000), (12_000, 18_000_000))
COVER_ABOVE_SDR = 80_000_000


def documents_not_valid(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse every aircraft and pilot whose papers do not reach the flight date."""
    day = flight_date(facts)
    for i, (aircraft, pilot) in enumerate(facts.crew):
        place = f"crew[{i}]." if len(facts.crew) > 1 else ""
        yield from _insurance(aircraft, day=day, field=f"{place}aircraft")
        yield from _certificates(pilot, day=day, field=f"{place}pilot")


def flight_date(facts: BookingFacts) -> dt.date:
    """Return the local date of the slot's last moment."""
    last = max(facts.start, facts.end - dt.timedelta(microseconds=1))
    return last.astimezone(ZoneInfo(facts.site.timezone)).date()


def least_cover_sdr(mtom_kg: float) -> int:
    """Return the cover that EC 785/2004 asks of a take-off mass; 0 below 20 kg."""
    if mtom_kg < INSURED_FROM_KG:
        return 0
    return next((cover_sdr for below_kg, cover_sdr in COVER_BANDS if mtom_kg < below_kg), COVER_ABOVE_SDR)


def _insurance(aircraft: AircraftFacts, *, day: dt.date, field: str) -> Iterable[Refusal]:
    least_sdr = least_cover_sdr(aircraft.mtom_kg)
    if not least_sdr:
        return
    insurance = aircraft.insurance
    if insurance is None:
        yield DOCUMENT_MISSING.refuse(
            f"Aircraft {aircraft.name} ({aircraft.mtom_kg:g} kg) has no insurance; "
            f"from {INSURED_FROM_KG} kg it needs one.",
            field=field,
            expected=f"insurance of at least {least_sdr} SDR, valid on {day}",
            got="no insurance",
            remedy="Enter the insurance of the aircraft.",
        )
        return
    if insurance.valid_until < day:
        yield DOCUMENT_EXPIRED.refuse(
            f"The insurance of aircraft {aircraft.name} ends on {insurance.valid_until}, before the flight on {day}.",
            field=field,
            expected=f"insurance valid on {day}",
            got=f"insurance valid until {insurance.valid_until}",
            remedy="Enter the renewed insurance of the aircraft, or fly earlier.",
        )
    if insurance.cover_sdr < least_sdr:
        yield COVER_TOO_LOW.refuse(
            f"Aircraft {aircraft.name} ({aircraft.mtom_kg:g} kg) is insured for {insurance.cover_sdr:.0f} SDR, "
            f"EC 785/2004 asks {least_sdr} SDR.",
            field=field,
            expected=f"at least {least_sdr} SDR",
            got=f"{insurance.cover_sdr:.0f} SDR",
            remedy="Enter an insurance with enough cover.",
        )


def _certificates(pilot: PilotFacts, *, day: dt.date, field: str) -> Iterable[Refusal]:
    if any(certificate.valid_until >= day for certificate in pilot.certificates):
        return
    if not pilot.certificates:
        yield DOCUMENT_MISSING.refuse(
            f"Pilot {pilot.name} has no certificate.",
            field=field,
            expected=f"a certificate valid on {day}",
            got="no certificate",
            remedy="Enter a certificate of the pilot.",
        )
        return
    last = max(pilot.certificates, key=lambda certificate: certificate.valid_until)
    yield DOCUMENT_EXPIRED.refuse(
        f"Certificate {last.kind} {last.number} of pilot {pilot.name} ends on {last.valid_until}, "
        f"before the flight on {day}.",
        field=field,
        expected=f"a certificate valid on {day}",
        got=f"{last.kind} {last.number} valid until {last.valid_until}",
        remedy="Enter the renewed certificate of the pilot, or name another pilot.",
    )
