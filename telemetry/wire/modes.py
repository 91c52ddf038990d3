"""Name flight modes as the autopilot's makers do."""

from functools import lru_cache

from pymavlink import mavutil

CUSTOM_MODE_ENABLED = 0x01
_ARDUPILOT, _PX4 = 3, 12


@lru_cache(maxsize=256)
def mode_name(autopilot: int, vehicle: int, base_mode: int, custom_mode: int) -> str:
    """Return the mode's name; where the maker's table has none, the number as text."""
    if not base_mode & CUSTOM_MODE_ENABLED:
        return f"base {base_mode}"
    if autopilot == _PX4:
        name = str(mavutil.interpret_px4_mode(base_mode, custom_mode))
        return str(custom_mode) if name == "UNKNOWN" else name
    if autopilot == _ARDUPILOT:
        names = mavutil.mode_mapping_bynumber(vehicle) or {}
        return str(names.get(custom_mode, custom_mode))
    return str(custom_mode)
