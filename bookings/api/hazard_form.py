"""What a body says of a hazardous test, strictly read."""

from dataclasses import dataclass
from typing import Any

from bookings.api.fields import Choice, Field, Group, Many, Number, Text
from bookings.rules.hazard_details import HazardDetails, JammingDetails, LaserClass, LaserDetails, Sector
from testcentre.foundation.errors import Refusal

_MOST_FREQUENCIES = 20
_SECTOR = Group(
    required=True,
    fields={
        "azimuth_from_deg": Number(above=-0.001, most=360, required=True, note="True, clockwise to `azimuth_to_deg`."),
        "azimuth_to_deg": Number(above=-0.001, most=360, required=True),
        "elevation_from_deg": Number(above=-90.001, most=90, required=True, note="Above the horizon."),
        "elevation_to_deg": Number(above=-90.001, most=90, required=True),
    },
)
_LASER: dict[str, Field] = {
    "laser_class": Choice(among=LaserClass, required=True),
    "power_w": Number(above=0, most=1_000_000, required=True),
    "wavelength_nm": Number(above=100, most=1_000_000, required=True),
    "divergence_mrad": Number(above=0, most=1_000, required=True, note="Full angle of the beam."),
    "aperture_mm": Number(above=0, most=10_000, required=True, note="Diameter of the beam where it leaves."),
    "mpe_w_m2": Number(above=0, most=1e9, required=True, note="Maximum permissible exposure of the eye."),
    "nohd_m": Number(above=-0.001, most=1e7, required=True, note="Nominal ocular hazard distance as stated."),
    "sector": _SECTOR,
}
_JAMMING: dict[str, Field] = {
    "frequencies_mhz": Many(
        of=Number(above=0, most=300_000, required=True), most=_MOST_FREQUENCIES, least=1, required=True
    ),
    "power_w": Number(above=0, most=1_000_000, required=True),
    "sector": _SECTOR,
}
_GROUP = Group(
    fields={
        "unit": Text(most=200, note="The authorised unit."),
        "stop_procedure": Text(most=1000, lines=True, note="Who stops it at whose word, and how fast."),
        "laser": Group(fields=_LASER, note="With a laser."),
        "jamming": Group(fields=_JAMMING, note="With a transmitter that jams or spoofs."),
    }
)


@dataclass(frozen=True, kw_only=True)
class HazardField(Field):
    """Details of a hazardous test."""

    def read(self, value: object, path: str, faults: list[Refusal]) -> HazardDetails | None:
        """Return the details."""
        told = len(faults)
        values = _GROUP.read(value, path, faults)
        if len(faults) > told:
            return None
        laser, jamming = values.pop("laser"), values.pop("jamming")
        return HazardDetails(
            **values,
            laser=LaserDetails(**{**laser, "sector": _sector(laser, f"{path}.laser", faults)}) if laser else None,
            jamming=JammingDetails(**{**jamming, "sector": _sector(jamming, f"{path}.jamming", faults)})
            if jamming
            else None,
        )

    def schema(self) -> dict[str, Any]:
        """Return the field's part of the OpenAPI schema."""
        return _GROUP.schema()


def _sector(part: dict[str, Any], path: str, faults: list[Refusal]) -> Sector:
    sector = Sector(**part["sector"])
    if sector.elevation_from_deg > sector.elevation_to_deg:
        faults.append(
            Refusal(
                "invalid",
                "The sector's elevations are the wrong way round.",
                f"{path}.sector.elevation_to_deg",
                f"at least {sector.elevation_from_deg:g}",
                sector.elevation_to_deg,
                "Send the lower one first.",
            )
        )
    return sector


HAZARD_DETAILS = HazardField(note="Where a resource needs it: docs/reference/hazards.md.")
