"""Reading volumes that people and programs send: a GeoJSON polygon and an altitude band, nothing repaired."""

from bookings.geometry import SitePlane
from bookings.rules.code import RuleCode
from bookings.rules.facts import VolumeFacts, VolumeKind
from bookings.rules.polygons import read_polygon
from bookings.rules.words import shown
from testcentre.foundation.errors import Refusal

NOT_A_VOLUME = RuleCode("not_a_volume", "The value is no volume: polygon, floor_ft_amsl, ceiling_ft_amsl, kind.")
TOO_MANY_VOLUMES = RuleCode("too_many_volumes", "A booking has more than 20 volumes.")
ALTITUDE_NOT_VALID = RuleCode("altitude_not_valid", "An altitude is no whole number of feet from -1,500 to 60,000.")
FLOOR_NOT_BELOW_CEILING = RuleCode("floor_not_below_ceiling", "The volume's floor is not below its ceiling.")
CODES = (NOT_A_VOLUME, TOO_MANY_VOLUMES, ALTITUDE_NOT_VALID, FLOOR_NOT_BELOW_CEILING)

MOST_VOLUMES = 20
LOWEST_FT, HIGHEST_FT = -1_500, 60_000
_FIELDS = {"polygon", "floor_ft_amsl", "ceiling_ft_amsl", "kind"}


def read_volumes(value: object, *, plane: SitePlane, field: str = "volumes") -> tuple[list[VolumeFacts], list[Refusal]]:
    """Return all volumes that are well-formed, and all that is wrong with the others."""
    if not isinstance(value, list):
        return [], [_not_a_volume(field, "a list of volumes", value)]
    if len(value) > MOST_VOLUMES:
        return [], [
            TOO_MANY_VOLUMES.refuse(
                f"{len(value)} volumes are too many.",
                field=field,
                expected=f"at most {MOST_VOLUMES}",
                got=len(value),
                remedy="Join volumes, or make several bookings.",
            )
        ]
    volumes: list[VolumeFacts] = []
    refusals: list[Refusal] = []
    for i, item in enumerate(value):
        read = read_volume(item, plane=plane, field=f"{field}[{i}]")
        if isinstance(read, VolumeFacts):
            volumes.append(read)
        else:
            refusals.extend(read)
    return volumes, refusals


def read_volume(value: object, *, plane: SitePlane, field: str) -> VolumeFacts | list[Refusal]:
    """Return the volume, or all that is wrong with it; ``field`` is its path, e.g. ``volumes[0]``."""
    if not isinstance(value, dict):
        return [_not_a_volume(field, "an object", value)]
    refusals = [
        _not_a_volume(f"{field}.{str(name)[:40]}", f"one of {', '.join(sorted(_FIELDS))}", "unknown field")
        for name in value
        if name not in _FIELDS
    ]
    ring = read_polygon(value.get("polygon"), plane=plane, field=f"{field}.polygon")
    floor_ft = _altitude(value.get("floor_ft_amsl"), field=f"{field}.floor_ft_amsl", ground_allowed=True)
    ceiling_ft = _altitude(value.get("ceiling_ft_amsl"), field=f"{field}.ceiling_ft_amsl", ground_allowed=False)
    kind = value.get("kind", VolumeKind.FLIGHT_GEOGRAPHY.value)
    if not isinstance(kind, str) or kind not in set(VolumeKind):
        refusals.append(_not_a_volume(f"{field}.kind", f"one of {', '.join(VolumeKind)}", kind))
    refusals += ring if isinstance(ring, list) else []
    refusals += [altitude for altitude in (floor_ft, ceiling_ft) if isinstance(altitude, Refusal)]
    if isinstance(floor_ft, int) and isinstance(ceiling_ft, int) and floor_ft >= ceiling_ft:
        refusals.append(_floor_not_below_ceiling(field, floor_ft, ceiling_ft))
    if refusals or isinstance(ring, list) or isinstance(floor_ft, Refusal) or not isinstance(ceiling_ft, int):
        return refusals
    return VolumeFacts(outline=ring, floor_ft_amsl=floor_ft, ceiling_ft_amsl=ceiling_ft, kind=VolumeKind(str(kind)))


def _altitude(value: object, *, field: str, ground_allowed: bool) -> int | Refusal | None:
    if value is None and ground_allowed:
        return None
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and LOWEST_FT <= value <= HIGHEST_FT
        and value == int(value)
    ):
        return int(value)
    return ALTITUDE_NOT_VALID.refuse(
        "The altitude is missing." if value is None else "The altitude is not valid.",
        field=field,
        expected=f"whole feet AMSL from {LOWEST_FT} to {HIGHEST_FT}"
        + (", or null for the ground" if ground_allowed else ""),
        got=shown(value),
        remedy="Send feet above mean sea level.",
    )


def _floor_not_below_ceiling(field: str, floor_ft: int, ceiling_ft: int) -> Refusal:
    return FLOOR_NOT_BELOW_CEILING.refuse(
        f"The floor ({floor_ft} ft AMSL) is not below the ceiling ({ceiling_ft} ft AMSL).",
        field=f"{field}.floor_ft_amsl",
        expected=f"below {ceiling_ft} ft AMSL",
        got=f"{floor_ft} ft AMSL",
        remedy="Lower the floor or raise the ceiling.",
    )


def _not_a_volume(field: str, expected: str, got: object) -> Refusal:
    return NOT_A_VOLUME.refuse(
        f"Not a volume: expected {expected}.",
        field=field,
        expected=expected,
        got=shown(got),
        remedy="See docs/reference/rules.md.",
    )
