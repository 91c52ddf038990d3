"""Check MAVLink 2 signatures and refuse replays.

Source: mavlink.io/en/guide/message_signing.html. The time stamp (10 µs since 2015 UTC) of each (key, system, component,
link id) must rise; the first one of a link must not be more than a minute behind our clock. What was seen is forgotten
when the process restarts: then the minute is what is left against replays.
"""

import hashlib
import hmac
from collections import OrderedDict
from enum import StrEnum

from telemetry.wire.framing import SIGNATURE_BYTES, Frame

EPOCH_US = 1_420_070_400_000_000
MOST_BEHIND = 60 * 100_000
MOST_LINKS = 4096


class Verdict(StrEnum):
    """What a signature is worth."""

    GOOD = "good"
    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad_signature"
    REPLAYED = "replayed"


class SignatureCheck:
    """Remember the newest time stamp of each link; of 4096 links at most, the longest silent ones go first."""

    def __init__(self) -> None:
        self._newest: OrderedDict[tuple[bytes, int, int, int], int] = OrderedDict()

    def judge(self, frame: Frame, *, key: bytes, now_us: int) -> Verdict:
        """Judge a frame by a 32-byte key; a good one moves its link's time stamp on."""
        if not frame.is_signed:
            return Verdict.UNSIGNED
        if not has_good_signature(frame, key=key):
            return Verdict.BAD_SIGNATURE
        tail = frame.end - SIGNATURE_BYTES
        stamp = int.from_bytes(frame.data[tail + 1 : tail + 7], "little")
        link = (key, frame.system_id, frame.component_id, frame.data[tail])
        newest = self._newest.get(link, (now_us - EPOCH_US) // 10 - MOST_BEHIND)
        if stamp <= newest:
            return Verdict.REPLAYED
        self._newest[link] = stamp
        self._newest.move_to_end(link)
        if len(self._newest) > MOST_LINKS:
            self._newest.popitem(last=False)
        return Verdict.GOOD


def has_good_signature(frame: Frame, *, key: bytes) -> bool:
    """Say whether the frame's signature was made with this key, whatever its time."""
    end = frame.end - 6
    wanted = hashlib.sha256(key + frame.data[frame.start : end]).digest()[:6]
    return hmac.compare_digest(wanted, frame.data[end : frame.end])
