"""Which kind of log a file is, by its first bytes."""

MAVLINK_MAGIC = (0xFD, 0xFE)
STAMP_BYTES = 8


def format_of(head: bytes) -> str:
    """Return `ulog`, `dataflash`, `mcap`, `tlog` or `unknown`; a first guess that decoding may correct.

    Sources: PX4 ULog file format 2 (magic), ArduPilot DataFlash (0xA3 0x95), mcap.dev specification (magic), and a
    telemetry log's first packet after its 8 bytes of time.
    """
    if head.startswith(b"ULog\x01\x12\x35"):
        return "ulog"
    if head.startswith(b"\xa3\x95"):
        return "dataflash"
    if head.startswith(b"\x89MCAP0\r\n"):
        return "mcap"
    if len(head) > STAMP_BYTES and head[STAMP_BYTES] in MAVLINK_MAGIC:
        return "tlog"
    return "unknown"
