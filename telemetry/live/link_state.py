"""How much a state is worth by its age: fresh, late, stale, lost; the same words in API, socket and console."""

from dataclasses import dataclass
from enum import StrEnum


class LinkState(StrEnum):
    """What the age of the newest state says about a link, from best to worst."""

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    LOST = "lost"


@dataclass(frozen=True)
class Limits:
    """Ages in seconds at which a state turns: fresh up to `late_s`, late up to `stale_s`, lost from `lost_s` on.

    MAVLink's heartbeat comes each second and a link is lost after 5 s without one (mavlink.io, heartbeat protocol).
    """

    late_s: float = 1.0
    stale_s: float = 3.0
    lost_s: float = 5.0


LIMITS = Limits()


def link_state(age_s: float | None, *, limits: Limits = LIMITS) -> LinkState | None:
    """Return what a state of that age is worth, counted from its arrival; None when nothing was ever heard."""
    if age_s is None:
        return None
    if age_s >= limits.lost_s:
        return LinkState.LOST
    if age_s > limits.stale_s:
        return LinkState.STALE
    return LinkState.LATE if age_s > limits.late_s else LinkState.FRESH
