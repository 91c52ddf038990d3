"""What is told of a link's quality, by the names of the API and the manifest."""

from typing import Any

from telemetry.quality.link import LinkQuality, Sender

_UNKNOWN = 0xFF


def total(quality: LinkQuality, name: str) -> int:
    """Return one figure (`lost`, `late`, `duplicate`, `restarts`) of all senders of a link together."""
    return sum(getattr(sender.sequence, name) for sender in quality.senders.values())


def radio(quality: LinkQuality) -> dict[str, int | None] | None:
    """Return what the radio told last (RADIO_STATUS); `rssi` and `noise` in the radio's own units, 255 is unknown."""
    if not quality.radio:
        return None
    errors, fixed, rssi, remote_rssi, tx_buffer_pct, noise, remote_noise = quality.radio
    return {
        "rssi": _known(rssi),
        "remote_rssi": _known(remote_rssi),
        "noise": _known(noise),
        "remote_noise": _known(remote_noise),
        "tx_buffer_pct": tx_buffer_pct,
        "rx_errors": errors,
        "corrected": fixed,
        "heard_us": quality.radio_us,
    }


def figures(quality: LinkQuality) -> dict[str, Any]:
    """Return all figures as the API and the manifest tell them.

    The three shares are of what was sent, as far as its numbers tell: packets - duplicate + lost.
    """
    lost, late, duplicate = (total(quality, name) for name in ("lost", "late", "duplicate"))
    sent = sum(s.sequence.packets for s in quality.senders.values()) - duplicate + lost
    return {
        "packets": quality.packets,
        "lost": lost,
        "late": late,
        "duplicate": duplicate,
        "lost_pct": _share(lost, sent),
        "late_pct": _share(late, sent),
        "duplicate_pct": _share(duplicate, sent),
        "restarts": total(quality, "restarts"),
        "jitter_ms": round(quality.jitter_us / 1000, 2) if quality.has_jitter else None,
        "senders": [_of_sender(key, sender) for key, sender in sorted(quality.senders.items())],
        "packets_of_other_senders": quality.left_out,
        "radio": radio(quality),
        "clock": quality.clock.figures(),
    }


def _of_sender(key: int, sender: Sender) -> dict[str, int]:
    kept = sender.sequence
    return {
        "system": key >> 8,
        "component": key & 0xFF,
        "packets": kept.packets,
        "lost": kept.lost,
        "late": kept.late,
        "duplicate": kept.duplicate,
        "restarts": kept.restarts,
    }


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _known(value: int) -> int | None:
    return None if value == _UNKNOWN else value
