"""A request for SORA volumes, from the body to a flight; every fault of form is told at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookings.api.booking_form import POLYGON
from bookings.api.fields import Choice, Field, Flag, Id, Number, Raw, read_object
from bookings.models import Site, site_plane
from bookings.queries.access import aircraft_of
from bookings.rules.facts import AircraftKind, Ring
from bookings.rules.polygons import read_polygon
from bookings.sora.figures import Airframe, Altimetry, Flight, GrbMethod
from bookings.sora.volumes import FOOT_M
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import Malformed, Refusal, Refused

MOST_FT, MOST_HEIGHT_M = 60_000, 18_000
# a VTOL is as wide in the turn as a wing
AIRFRAME_OF = {
    AircraftKind.MULTIROTOR: Airframe.ROTOR,
    AircraftKind.HELICOPTER: Airframe.ROTOR,
    AircraftKind.FIXED_WING: Airframe.WING,
    AircraftKind.VTOL: Airframe.WING,
}
SORA: dict[str, Field] = {
    "aircraft": Id(note="One of the own; else the next three."),
    "max_speed_m_s": Number(above=0, most=400),
    "characteristic_dimension_m": Number(above=0, most=100),
    "kind": Choice(among=Airframe),
    "polygon": Raw(describes=POLYGON, required=True, note="The flight geography."),
    "height_m": Number(above=0, most=MOST_HEIGHT_M, note="Its top above the ground; else ceiling_ft_amsl."),
    "ceiling_ft_amsl": Number(above=-1500, most=MOST_FT, whole=True),
    "altimetry": Choice(among=Altimetry, default=Altimetry.GNSS),
    "method": Choice(among=GrbMethod, default=GrbMethod.ONE_TO_ONE),
    "population_per_km2": Number(above=-0.001, most=1e6),
    "controlled": Flag(note="Nobody is there but those who take part."),
}
FIGURES = ("max_speed_m_s", "characteristic_dimension_m", "kind")


@dataclass(frozen=True, slots=True)
class SoraForm:
    """A well-formed request; the population is None where nobody said it."""

    flight: Flight
    outline: Ring
    population_per_km2: float | None
    controlled: bool

    @property
    def is_ballistic_wing(self) -> bool:
        """Say whether a buffer for rotors was asked for a wing."""
        return self.flight.method is GrbMethod.BALLISTIC and self.flight.airframe is Airframe.WING


def read_sora(asker: Asker, body: Mapping[str, object], *, site: Site) -> SoraForm:
    """Return the request in a body.

    Raises:
        Malformed: all faults of form, and an aircraft that is not the asker's own.
        Refused: the aircraft does not fly.
    """
    faults: list[Refusal] = []
    values = read_object(body, SORA, faults)
    outline = read_polygon(values["polygon"], plane=site_plane(site), field="polygon") if values["polygon"] else []
    if isinstance(outline, list):
        faults += outline
    height_m = _height_m(values, faults, elevation_ft=site.facts.elevation_ft_amsl)
    _one_of_two(values, faults)
    if faults or isinstance(outline, list) or height_m is None:
        raise Malformed(*faults)
    speed_m_s, dimension_m, airframe = _figures(asker, values)
    people = values["population_per_km2"]
    return SoraForm(
        flight=Flight(
            max_speed_m_s=speed_m_s,
            characteristic_dimension_m=dimension_m,
            height_m=height_m,
            airframe=airframe,
            altimetry=values["altimetry"],
            method=values["method"],
        ),
        outline=outline,
        population_per_km2=None if people is None else max(0.0, people),
        controlled=values["controlled"],
    )


def _height_m(values: Mapping[str, Any], faults: list[Refusal], *, elevation_ft: int) -> float | None:
    height_m, ceiling_ft = values["height_m"], values["ceiling_ft_amsl"]
    told = {fault.field for fault in faults}
    if told & {"height_m", "ceiling_ft_amsl"}:
        return None
    if (height_m is None) == (ceiling_ft is None):
        faults.append(
            Refusal(
                "height_once",
                "Say how high, once: height_m or ceiling_ft_amsl.",
                "height_m",
                "one of the two",
                "neither" if height_m is None else "both",
                "Send one of the two.",
            )
        )
        return None
    if height_m is not None:
        return float(height_m)
    if ceiling_ft <= elevation_ft:
        faults.append(
            Refusal(
                "invalid",
                "The ceiling is not above the ground.",
                "ceiling_ft_amsl",
                f"above {elevation_ft} ft AMSL",
                f"{ceiling_ft} ft AMSL",
                "Send feet above mean sea level.",
            )
        )
        return None
    return float((ceiling_ft - elevation_ft) * FOOT_M)


def _one_of_two(values: Mapping[str, Any], faults: list[Refusal]) -> None:
    """Add a fault unless the body has either an aircraft, or all of what SORA asks of one."""
    said = [name for name in FIGURES if values[name] is not None]
    told = {fault.field for fault in faults}
    if values["aircraft"] is not None and said:
        faults.append(
            Refusal(
                "aircraft_or_figures", "Name an aircraft or its figures, not both.", said[0], "one of the two", "both"
            )
        )
    elif values["aircraft"] is None and "aircraft" not in told:
        faults += [
            Refusal("required", "This field is required.", name, "a value", None, "Or name an `aircraft`.")
            for name in FIGURES
            if name not in said and name not in told
        ]


def _figures(asker: Asker, values: Mapping[str, Any]) -> tuple[float, float, Airframe]:
    its_id: UUID | None = values["aircraft"]
    if its_id is None:
        return values["max_speed_m_s"], values["characteristic_dimension_m"], values["kind"]
    aircraft = aircraft_of(asker).filter(pk=its_id).first()
    if aircraft is None:
        raise Malformed(
            Refusal(
                "unknown_aircraft",
                f"The organisation has no aircraft {its_id}.",
                "aircraft",
                "the id of one of its own: GET /api/v1/aircraft",
                str(its_id),
            )
        )
    airframe = AIRFRAME_OF.get(AircraftKind(aircraft.kind))
    if airframe is None:
        raise Refused(
            Refusal(
                "does_not_fly",
                "SORA is for what flies.",
                "aircraft",
                [str(kind) for kind in AIRFRAME_OF],
                aircraft.kind,
                "Name an aircraft that flies.",
            )
        )
    return aircraft.max_speed_m_s, aircraft.characteristic_dimension_m, airframe
