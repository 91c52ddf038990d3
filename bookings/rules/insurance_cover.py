"""Insurance cover: EC 785/2004, article 7, asks the more third-party cover the heavier the aircraft; bands by site."""

from collections.abc import Iterable, Sequence

from bookings.rules.code import RuleCode
from bookings.rules.documents import crew_with_fields, flight_date, is_valid_on
from bookings.rules.facts import BookingFacts, CoverBand, PaperFacts, PaperKind
from testcentre.foundation.errors import Refusal

COVER_TOO_LOW = RuleCode(
    "insurance_cover_too_low", "The insurance covers less than EC 785/2004 asks for the aircraft's take-off mass."
)
CODES = (COVER_TOO_LOW,)


def insurance_cover_too_low(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse an aircraft whose best insurance of the flight date covers too little; without any, another rule does.

    Where all have ended the best of those counts, so that a renewal with the same cover is not refused a second time.
    """
    day = flight_date(facts)
    for aircraft, _, place in crew_with_fields(facts):
        least_sdr = least_cover_sdr(aircraft.mtom_kg, facts.site.papers.cover)
        insurances = [p for p in (*aircraft.papers, *facts.organisation.papers) if p.kind == PaperKind.INSURANCE]
        covers = [_cover_sdr(p) for p in insurances if is_valid_on(p, day)] or [_cover_sdr(p) for p in insurances]
        if covers and max(covers) < least_sdr:
            yield COVER_TOO_LOW.refuse(
                f"Aircraft {aircraft.name} ({aircraft.mtom_kg:g} kg) is insured for {max(covers):.0f} SDR, "
                f"EC 785/2004 asks {least_sdr:.0f} SDR.",
                field=f"{place}aircraft",
                expected=f"at least {least_sdr:.0f} SDR",
                got=f"{max(covers):.0f} SDR",
                remedy="Enter an insurance with enough cover.",
            )


def least_cover_sdr(mtom_kg: float, bands: Sequence[CoverBand]) -> float:
    """Return the cover that the bands (rising) ask of a take-off mass; 0 below the first."""
    return max((band.least_cover_sdr for band in bands if mtom_kg >= band.from_mtom_kg), default=0)


def _cover_sdr(paper: PaperFacts) -> float:
    return paper.cover_sdr or 0
