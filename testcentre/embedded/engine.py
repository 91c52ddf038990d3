"""How one engine is started, asked whether it answers, and stopped."""

import re
import signal
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """A program to run tethered to its parent.

    `before` makes its folder fit for each start, a restart included; `noise` matches lines that tell nobody anything.
    """

    name: str
    argv: list[str]
    stop_signal: signal.Signals
    death_signal: signal.Signals
    before: Callable[[], None]
    is_up: Callable[[], bool]
    noise: re.Pattern[str]
    identity: str = "same"
