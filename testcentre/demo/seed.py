"""Make the demo be there: people, fleets, bookings around now; done again it adds only what is missing."""

from dataclasses import dataclass
from pathlib import Path

from testcentre.demo.competitor import ensure_competitor
from testcentre.demo.fleet import ensure_fleet
from testcentre.demo.people import AERO, HEAVYLIFT, OPERATOR, ensure_people, lines
from testcentre.demo.secrets_file import DemoSecrets
from testcentre.demo.slots import DroneSlots, Say
from testcentre.foundation.clock import utc_now


@dataclass(frozen=True)
class Drone:
    """What the simulator's process needs: the slots that it flies in, and the key that it signs with."""

    slots: DroneSlots
    signing_key: bytes


def seed(data: Path) -> list[str]:
    """Make what is missing of the demo and return the lines to print; needs a loaded site.

    Passwords and the drone's key lie in `demo-accounts.json` of the data folder.

    Raises:
        OSError: the data folder is not writable.
    """
    secrets = DemoSecrets(data)
    people = ensure_people(secrets)
    fleet = ensure_fleet(people[AERO.email], people[HEAVYLIFT.email], signing_key=secrets.signing_key())
    told: list[str] = []
    slots = DroneSlots(people[AERO.email], people[OPERATOR.email], crew=fleet.drone, say=told.append)
    slots.may_take_off(utc_now())
    told += ensure_competitor(people[HEAVYLIFT.email], people[OPERATOR.email], crew=fleet.competitor, now=utc_now())
    return [*told, *lines(secrets)]


def drone(data: Path, *, say: Say) -> Drone:
    """Return the drone of a demo, which is made where it is missing."""
    secrets = DemoSecrets(data)
    people = ensure_people(secrets)
    fleet = ensure_fleet(people[AERO.email], people[HEAVYLIFT.email], signing_key=secrets.signing_key())
    slots = DroneSlots(people[AERO.email], people[OPERATOR.email], crew=fleet.drone, say=say)
    return Drone(slots=slots, signing_key=secrets.signing_key())
