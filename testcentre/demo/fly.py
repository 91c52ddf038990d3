"""The simulator's process: the demo's drone flies in its slots until the process ends."""

import logging
from pathlib import Path

from django.db import InterfaceError, OperationalError, close_old_connections

from telemetry.simulator.aircraft import Aircraft
from telemetry.simulator.send import Link, run
from testcentre.demo.fleet import DRONE_SYSTEM_ID
from testcentre.demo.seed import Drone, drone
from testcentre.foundation.clock import utc_now

logger = logging.getLogger(__name__)

SEED = 523


def fly(data: Path, *, host: str, port: int, seed: int = SEED) -> None:
    """Fly the demo's drone and send its MAVLink to `host:port`; never returns. Django must be set up.

    Raises:
        OSError: the host's name is not known.
    """
    ours = drone(data, say=logger.info)
    link = Link(host=host, port=port, system_id=DRONE_SYSTEM_ID, signing_key=ours.signing_key)
    run(Aircraft(seed, ready=lambda: _may_take_off(ours)), link)


def _may_take_off(ours: Drone) -> bool:
    # Asked between two flights only: a connection is not worth keeping for that, nor is a dead one.
    close_old_connections()
    try:
        return ours.slots.may_take_off(utc_now())
    except (OperationalError, InterfaceError):
        logger.warning("no database: the drone waits on its pad")
        return False
    finally:
        close_old_connections()
