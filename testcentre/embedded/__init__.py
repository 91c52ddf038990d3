"""A private PostgreSQL and two private Valkeys for a single machine: real engines, in one data folder.

Nothing of them outlives the process that starts them, and nothing that a killed one leaves stops the next start.
"""

from pathlib import Path

from testcentre.embedded.engine import Engine
from testcentre.embedded.engines import Engines, Visit, engines_of
from testcentre.embedded.installation import Installation, InUse, Unusable

__all__ = ["Engine", "Engines", "InUse", "Installation", "Unusable", "Visit", "engines_of", "environment", "secrets_of"]


def environment(data: Path) -> dict[str, str]:
    """Return what a process needs in its environment to use the engines of `data`; makes the folder's secrets once.

    Raises:
        Unusable: the folder cannot be made or written.
    """
    return Installation(data).environment


def secrets_of(data: Path) -> dict[str, str]:
    """Return only the folder's own secrets, for processes whose engines are others."""
    return {name: value for name, value in environment(data).items() if name.endswith("_KEY")}
