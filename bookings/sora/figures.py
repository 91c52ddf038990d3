"""How far the volumes of SORA 2.5 reach, from speed, size and height: the formulae of Annex A, and no geometry."""

import math
from dataclasses import dataclass
from enum import StrEnum

G_M_S2 = 9.81
GNSS_ERROR_M = 3.0
POSITION_HOLD_ERROR_M = 3.0
MAP_ERROR_M = 1.0
REACTION_S = 1.0
ROTOR_PITCH_RAD = math.radians(45)
WING_BANK_RAD = math.radians(30)
CLIMB_SHARE = 0.7  # of the maximum speed, upwards, until the pilot reacts
ADJACENT_S, ADJACENT_LEAST_M, ADJACENT_MOST_M = 180.0, 5_000.0, 35_000.0


class Airframe(StrEnum):
    """How an aircraft stops: a rotor pitches up where it is, a wing turns."""

    ROTOR = "rotor"
    WING = "wing"


class Altimetry(StrEnum):
    """What its height comes from."""

    BARO = "baro"
    GNSS = "gnss"

    @property
    def error_m(self) -> float:
        """Return the height error that the contingency volume allows for."""
        return 1.0 if self is Altimetry.BARO else 4.0


class GrbMethod(StrEnum):
    """How the ground risk buffer is found."""

    ONE_TO_ONE = "1:1"
    BALLISTIC = "ballistic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """What SORA asks of a flight; `height_m` is the top of the flight geography above the ground.

    Raises:
        ValueError: a number is not above 0, or not finite.
    """

    max_speed_m_s: float
    characteristic_dimension_m: float
    height_m: float
    airframe: Airframe
    altimetry: Altimetry = Altimetry.GNSS
    method: GrbMethod = GrbMethod.ONE_TO_ONE

    def __post_init__(self) -> None:
        """Refuse what no formula can take."""
        for name in ("max_speed_m_s", "characteristic_dimension_m", "height_m"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} is a finite number above 0, got {value}")


@dataclass(frozen=True, slots=True)
class Figures:
    """Distances in metres.

    `s_cv_m` is the contingency volume's width around the flight geography, `h_cv_m` its top above the ground, `grb_m`
    the ground risk buffer's width around the contingency volume, `adjacent_m` the adjacent area's around that.
    """

    s_cv_m: float
    h_cv_m: float
    grb_m: float
    adjacent_m: float


def figures_of(flight: Flight) -> Figures:
    """Return how far a flight's volumes reach (SORA 2.5 Annex A; the ballistic buffer is meant for rotors)."""
    speed_m_s = flight.max_speed_m_s
    s_cv_m = GNSS_ERROR_M + POSITION_HOLD_ERROR_M + MAP_ERROR_M + speed_m_s * REACTION_S + _stopping_m(flight)
    climb_m = CLIMB_SHARE * speed_m_s * REACTION_S
    h_cv_m = flight.height_m + flight.altimetry.error_m + climb_m + _overshoot_m(flight)
    half_m = flight.characteristic_dimension_m / 2
    if flight.method is GrbMethod.BALLISTIC:
        grb_m = speed_m_s * math.sqrt(2 * h_cv_m / G_M_S2) + half_m
    else:
        grb_m = h_cv_m + half_m
    adjacent_m = min(max(ADJACENT_S * speed_m_s, ADJACENT_LEAST_M), ADJACENT_MOST_M)
    return Figures(s_cv_m=s_cv_m, h_cv_m=h_cv_m, grb_m=grb_m, adjacent_m=adjacent_m)


def formulae_of(flight: Flight) -> dict[str, str]:
    """Return the formula of each figure, as the API tells it beside the number."""
    is_rotor = flight.airframe is Airframe.ROTOR
    buffer = "V0*sqrt(2*H_CV/g) + CD/2" if flight.method is GrbMethod.BALLISTIC else "H_CV + CD/2"
    return {
        "s_cv_m": "3 + 3 + 1 + V0*1s + " + ("V0^2/(2*g*tan 45deg)" if is_rotor else "V0^2/(g*tan 30deg)"),
        "h_cv_m": f"H_FG + {flight.altimetry.error_m:g} + 0.7*V0*1s + " + ("V0^2/(2*g)" if is_rotor else "0.3*V0^2/g"),
        "grb_m": buffer,
        "adjacent_m": "180s*V0, at least 5 km and at most 35 km",
    }


def _stopping_m(flight: Flight) -> float:
    squared = flight.max_speed_m_s**2
    if flight.airframe is Airframe.ROTOR:
        return squared / (2 * G_M_S2 * math.tan(ROTOR_PITCH_RAD))
    return squared / (G_M_S2 * math.tan(WING_BANK_RAD))


def _overshoot_m(flight: Flight) -> float:
    share = 0.5 if flight.airframe is Airframe.ROTOR else 0.3
    return share * flight.max_speed_m_s**2 / G_M_S2
