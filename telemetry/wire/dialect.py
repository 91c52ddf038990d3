"""What the dialect says of each message: pymavlink's `all` (common, ardupilotmega and the rest), read once."""

from pymavlink.dialects.v20 import all as dialect

# Message id → the byte that the dialect mixes into the CRC, so that two dialects don't misread each other.
CRC_EXTRA: dict[int, bytes] = {number: bytes([kind.crc_extra]) for number, kind in dialect.mavlink_map.items()}
NAMES: dict[int, str] = {number: kind.msgname for number, kind in dialect.mavlink_map.items()}
# MAV_TYPE and MAV_AUTOPILOT: what a HEARTBEAT says of its sender.
VEHICLES: dict[int, str] = {number: entry.name for number, entry in dialect.enums["MAV_TYPE"].items()}
AUTOPILOTS: dict[int, str] = {number: entry.name for number, entry in dialect.enums["MAV_AUTOPILOT"].items()}

HEARTBEAT: int = dialect.MAVLINK_MSG_ID_HEARTBEAT
SYS_STATUS: int = dialect.MAVLINK_MSG_ID_SYS_STATUS
SYSTEM_TIME: int = dialect.MAVLINK_MSG_ID_SYSTEM_TIME
TIMESYNC: int = dialect.MAVLINK_MSG_ID_TIMESYNC
RADIO: int = dialect.MAVLINK_MSG_ID_RADIO
RADIO_STATUS: int = dialect.MAVLINK_MSG_ID_RADIO_STATUS
LOCAL_POSITION_NED: int = dialect.MAVLINK_MSG_ID_LOCAL_POSITION_NED
GPS_RAW_INT: int = dialect.MAVLINK_MSG_ID_GPS_RAW_INT
ATTITUDE: int = dialect.MAVLINK_MSG_ID_ATTITUDE
GLOBAL_POSITION_INT: int = dialect.MAVLINK_MSG_ID_GLOBAL_POSITION_INT
VFR_HUD: int = dialect.MAVLINK_MSG_ID_VFR_HUD
BATTERY_STATUS: int = dialect.MAVLINK_MSG_ID_BATTERY_STATUS
SETUP_SIGNING: int = dialect.MAVLINK_MSG_ID_SETUP_SIGNING
