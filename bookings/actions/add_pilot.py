"""Enter a remote pilot of the own organisation."""

from collections.abc import Sequence

from django.db import transaction

from bookings.actions.write_papers import set_papers
from bookings.models import Pilot
from bookings.rules.facts import PaperFacts
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record


@transaction.atomic
def add_pilot(asker: Asker, *, name: str, remote_pilot_id: str = "", certificates: Sequence[PaperFacts] = ()) -> Pilot:
    """Store a pilot with the certificates.

    Raises:
        Forbidden: the asker's role may not write the fleet.
    """
    asker.require(Permission.WRITE_FLEET)
    pilot = Pilot.objects.create(organisation_id=asker.organisation_id, name=name, remote_pilot_id=remote_pilot_id)
    set_papers(pilot, certificates, among=pilot.papers.all())
    record(asker, "pilot.add", subject=f"pilot:{pilot.id}")
    return pilot
