"""Which site this installation serves, for whoever shows things that happen there."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bookings.models import Site


@dataclass(frozen=True, slots=True)
class ServedSite:
    """The site by its file's code and name; `exercise` says that nothing on it is real; `version` rises by loading."""

    code: str
    name: str
    exercise: bool
    version: int


def served_site() -> ServedSite | None:
    """Return the site as last loaded, or None before any was."""
    row = Site.objects.values_list("code", "name", "exercise", "version").first()
    return None if row is None else ServedSite(*row)


def local_today(now: dt.datetime) -> dt.date:
    """Return the date at the site; UTC's before any was loaded."""
    zone = Site.objects.values_list("timezone", flat=True).first()
    return now.astimezone(ZoneInfo(zone or "UTC")).date()
