"""Change a pilot of the own organisation, and look again at the bookings that they are to fly."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookings.actions.recheck_bookings import recheck
from bookings.actions.transaction import in_site_transaction
from bookings.actions.versions import refuse_other_version
from bookings.actions.write_papers import set_papers
from bookings.models import Pilot
from bookings.queries.access import access_pilot
from bookings.queries.papers import bookings_with
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record


def change_pilot(
    asker: Asker, pilot_id: UUID, changes: Mapping[str, Any], *, now: dt.datetime, version: int | None
) -> Pilot:
    """Change what `changes` names: `name`, `remote_pilot_id`, `retired`, and `certificates` (all papers they have).

    Raises:
        NotFound: the organisation has no such pilot.
        Forbidden: the asker's role may not write the fleet.
        PreconditionFailed: the pilot has changed since that version.
    """

    def work() -> Pilot:
        pilot = access_pilot(asker, pilot_id)
        asker.require(Permission.WRITE_FLEET)
        refuse_other_version(pilot.version, read=version)
        pilot.name = changes.get("name", pilot.name)
        pilot.remote_pilot_id = changes.get("remote_pilot_id", pilot.remote_pilot_id)
        if "certificates" in changes:
            set_papers(pilot, changes["certificates"], among=pilot.papers.all())
        if "retired" in changes:
            pilot.retired_at = (pilot.retired_at or now) if changes["retired"] else None
        pilot.version += 1
        pilot.save()
        record(asker, "pilot.change", subject=f"pilot:{pilot.id}", details={"fields": sorted(changes)})
        recheck(bookings_with(organisation_id=pilot.organisation_id, pilot_id=pilot.id), asker=asker, now=now)
        return access_pilot(asker, pilot_id)

    return in_site_transaction(work)
