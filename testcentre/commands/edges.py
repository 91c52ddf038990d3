"""`replay` and `simulator`: aircraft that are none."""

import argparse
from pathlib import Path

from testcentre.commands.base import Commands, Sentence, django


def register(commands: Commands) -> None:
    """Add the commands."""
    replayed = commands.add("replay", replay, help_text="send a real .tlog as live MAVLink")
    replayed.add_argument("file", type=Path)
    replayed.add_argument("--to", required=True, metavar="udp:HOST:PORT")
    replayed.add_argument("--speed", type=float, default=1.0, help="1 as it was, 0 as fast as is taken without loss")
    replayed.add_argument("--shift-to", metavar="LAT,LON", help="move the flight so that it begins there")
    flown = commands.add("simulator", simulator, help_text="fly the demo's drone until stopped")
    flown.add_argument("--to", required=True, metavar="udp:HOST:PORT")


def replay(arguments: argparse.Namespace) -> int:
    """Send the log and say what was sent."""
    from telemetry.simulator.replay import Target, parse_place  # noqa: PLC0415 — quick --help
    from telemetry.simulator.replay import replay as send  # noqa: PLC0415
    from telemetry.simulator.shift import Shift  # noqa: PLC0415

    if not arguments.speed >= 0:
        raise Sentence(f"--speed must be 0 or more, got {arguments.speed:g}.")
    try:
        shift = Shift(*parse_place(arguments.shift_to)) if arguments.shift_to else None
        send(arguments.file, to=Target.parse(arguments.to), speed=arguments.speed, shift=shift, say=_say)
    except ValueError as problem:  # NotATlog is one
        raise Sentence(str(problem)) from None
    except OSError as problem:
        raise Sentence(f"{arguments.file} cannot be sent to {arguments.to}: {problem.strerror or problem}.") from None
    return 0


def simulator(arguments: argparse.Namespace) -> int:
    """Fly the demo's drone; never returns by itself."""
    with django(arguments):
        from django.conf import settings  # noqa: PLC0415 — Django is set up only now

        from telemetry.simulator.replay import Target  # noqa: PLC0415
        from testcentre.demo.fly import fly  # noqa: PLC0415

        try:
            target = Target.parse(arguments.to)
        except ValueError as problem:
            raise Sentence(str(problem)) from None
        fly(settings.ENVIRONMENT.data, host=target.host, port=target.port)
    return 0


def _say(line: str) -> None:
    print(line, flush=True)
