"""A change of a booking, from the body to a function of its wish: what is not sent stays as it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from bookings.actions.change_booking import Change
from bookings.actions.plan import Wish
from bookings.api.booking_form import BOOKING, range_only_faults
from bookings.api.fields import Field, Flag, read_object
from bookings.api.until import read_until
from bookings.models import current_site, site_plane
from bookings.rules.times import read_period
from bookings.rules.volumes import read_volumes
from testcentre.accounts.asker import Asker
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Malformed, Refusal

_CHANGEABLE = (
    "aircraft", "pilot", "crew", "purpose", "start", "end", "resources", "volumes", "classification", "may_rechoose",
    "separation_m", "separation_ft", "hazard_details", "waive", "waiver_reason",
    "waive_until",
)  # fmt: skip
CHANGE: dict[str, Field] = {
    **{name: replace(BOOKING[name], required=False) for name in _CHANGEABLE},
    "dry_run": Flag(note="Say what it would come to, and change nothing."),
}
# fields of the body that a wish has under the same name
_AS_THEY_ARE = (
    "purpose",
    "resources",
    "classification",
    "may_rechoose",
    "separation_m",
    "separation_ft",
    "hazard_details",
)


def read_change(asker: Asker, body: Mapping[str, object]) -> tuple[Change, bool]:
    """Return what is to be changed, and whether it is only tried.

    Raises:
        Malformed: all faults of form; those that depend on the booking when the change is made.
    """
    faults: list[Refusal] = []
    values = read_object(body, CHANGE, faults)
    site = current_site()
    changes: dict[str, Any] = {name: values[name] for name in _AS_THEY_ARE if name in body}
    if "volumes" in body:
        volumes, volume_faults = read_volumes(values["volumes"], plane=site_plane(site))
        faults += volume_faults
        changes["volumes"] = tuple(volumes)
    faults += range_only_faults(asker, values)
    if values["crew"] and (values["aircraft"] or values["pilot"]):
        faults.append(
            Refusal("crew_named_twice", "Name aircraft and pilot, or crew, not both.", "crew", "one of the two", "both")
        )
    if values["waive"]:
        changes |= {
            "waive": frozenset(values["waive"]),
            "waiver_reason": values["waiver_reason"],
            "waive_until": read_until(values["waive_until"], faults, field="waive_until"),
        }
    if faults:
        raise Malformed(*faults)
    times = {name: values[name] for name in ("start", "end") if values[name] is not None}

    def change(before: Wish) -> Wish:
        wanted = replace(before, **changes, crew=_crew(before, values))
        if not times:
            return wanted
        told = {"start": to_rfc3339(before.start), "end": to_rfc3339(before.end)} | times
        period = read_period(told["start"], told["end"], timezone=site.timezone)
        if not isinstance(period, tuple):
            raise Malformed(*period)
        return replace(wanted, start=period[0], end=period[1])

    return change, values["dry_run"]


def _crew(before: Wish, values: Mapping[str, Any]) -> tuple[tuple[UUID, UUID], ...]:
    """Return the new crew: all of it, or another aircraft or pilot for the only pair there is."""
    if values["crew"]:
        return tuple((member["aircraft"], member["pilot"]) for member in values["crew"])
    if not values["aircraft"] and not values["pilot"]:
        return before.crew
    if len(before.crew) > 1:
        raise Malformed(
            Refusal("required", "The booking has several aircraft.", "crew", "all of the crew", None, "Send `crew`.")
        )
    ((aircraft, pilot),) = before.crew
    return ((values["aircraft"] or aircraft, values["pilot"] or pilot),)
