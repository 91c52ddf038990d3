"""What a hazardous test says of itself: the authorised unit, how it is stopped, its laser, its transmitter.

Lengths are metres, azimuths degrees from true north clockwise, elevations degrees above the horizon.
"""

import math
from dataclasses import dataclass
from enum import StrEnum


class HazardNeed(StrEnum):
    """What a booking that names a hazardous resource has to say."""

    AUTHORISED_UNIT = "authorised_unit"
    LASER = "laser"
    JAMMING = "jamming"


class LaserClass(StrEnum):
    """Class of a laser product (EN 60825-1)."""

    C1 = "1"
    C1M = "1M"
    C2 = "2"
    C2M = "2M"
    C3R = "3R"
    C3B = "3B"
    C4 = "4"


@dataclass(frozen=True, slots=True)
class Sector:
    """Where it is pointed: clockwise from one azimuth to the other, between two elevations."""

    azimuth_from_deg: float
    azimuth_to_deg: float
    elevation_from_deg: float
    elevation_to_deg: float


@dataclass(frozen=True, slots=True)
class LaserDetails:
    """A laser; `nohd_m` is the nominal ocular hazard distance as its owner states it.

    `mpe_w_m2` is the maximum permissible exposure of the eye at its wavelength and the time of exposure.
    """

    laser_class: LaserClass
    power_w: float
    wavelength_nm: float
    divergence_mrad: float
    aperture_mm: float
    mpe_w_m2: float
    nohd_m: float
    sector: Sector

    @property
    def least_nohd_m(self) -> float:
        """The nominal ocular hazard distance that follows from the other figures."""
        return nohd_m(
            power_w=self.power_w,
            mpe_w_m2=self.mpe_w_m2,
            aperture_m=self.aperture_mm / 1000,
            divergence_rad=self.divergence_mrad / 1000,
        )


@dataclass(frozen=True, slots=True)
class JammingDetails:
    """A transmitter that jams or spoofs."""

    frequencies_mhz: tuple[float, ...]
    power_w: float
    sector: Sector


@dataclass(frozen=True, slots=True)
class HazardDetails:
    """All that is said of a hazardous test; what does not apply is empty."""

    unit: str = ""
    stop_procedure: str = ""
    laser: LaserDetails | None = None
    jamming: JammingDetails | None = None


def nohd_m(*, power_w: float, mpe_w_m2: float, aperture_m: float, divergence_rad: float) -> float:
    """Return (√(4P/(π·MPE)) − a)/φ: from there on a beam is so wide that an eye may meet it; at least 0.

    P is the beam's power, a its diameter where it leaves, φ its full divergence.
    """
    return max(0.0, (math.sqrt(4 * power_w / (math.pi * mpe_w_m2)) - aperture_m) / divergence_rad)
