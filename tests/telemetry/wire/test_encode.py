from pymavlink.dialects.v20 import all as dialect

from telemetry.wire.encode import Encoder
from tests.telemetry.wire.peer import KEY, NOW_US


def test_pymavlink_reads_and_verifies_what_is_encoded() -> None:
    encoder = Encoder(9, signing_key=KEY, link_id=3)
    reader = dialect.MAVLink(None)
    reader.signing.secret_key = KEY
    packets = [
        encoder.heartbeat(now_us=NOW_US, armed=True, custom_mode=4),
        encoder.system_time(now_us=NOW_US, boot_ms=5),
        encoder.gps_raw(
            now_us=NOW_US,
            latitude_deg=52.2,
            longitude_deg=6.8,
            altitude_amsl_m=90,
            ground_speed_m_s=2,
            track_deg=None,
            gps_fix=3,
            satellites=12,
        ),
        encoder.vfr_hud(
            now_us=NOW_US,
            air_speed_m_s=1,
            ground_speed_m_s=2,
            heading_deg=359.9,
            throttle_pct=40,
            altitude_amsl_m=90,
            up_m_s=0,
        ),
        encoder.sys_status(now_us=NOW_US, battery_v=48, battery_a=25, battery_pct=83),
    ]
    read = [reader.parse_buffer(packet) for packet in packets]
    assert [(m[0].get_type(), m[0].get_srcSystem(), m[0].get_seq(), m[0].get_signed()) for m in read] == [
        ("HEARTBEAT", 9, 0, True),
        ("SYSTEM_TIME", 9, 1, True),
        ("GPS_RAW_INT", 9, 2, True),
        ("VFR_HUD", 9, 3, True),
        ("SYS_STATUS", 9, 4, True),
    ]
    assert (read[2][0].cog, read[3][0].heading) == (0xFFFF, 0)
