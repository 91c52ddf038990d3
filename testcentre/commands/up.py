"""`up`: everything on one machine, on one port, watched."""

import argparse
import asyncio

from testcentre.commands.base import DEFAULT_DATA, Commands, Sentence
from testcentre.commands.ports import PortTaken, find_ports


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("up", up, help_text="run everything on this machine, with engines of its own")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--demo", action=argparse.BooleanOptionalAction, default=True, help="sample companies and a simulated drone"
    )
    parser.add_argument("--site", metavar="NAME|FILE", help="default: ehtw, with the demo ehtw-exercise")
    parser.add_argument("--mavlink-udp", type=int, metavar="PORT", help="default: 14550, or the next free one")
    parser.add_argument("--mavlink-tcp", type=int, metavar="PORT", help="default: 5760, or the next free one")


def up(arguments: argparse.Namespace) -> int:
    """Run everything until told to stop; 1 when a process cannot be kept running, 2 when the caller can mend it."""
    from testcentre.commands.start_up import Start  # noqa: PLC0415 — quick --help
    from testcentre.embedded import Installation, Unusable  # noqa: PLC0415
    from testcentre.environment import BadSetting  # noqa: PLC0415

    try:
        installation = Installation(getattr(arguments, "data", None) or DEFAULT_DATA)
        with installation.own(wait_s=3.0):
            ports = find_ports(
                http=arguments.port, mavlink_udp=arguments.mavlink_udp, mavlink_tcp=arguments.mavlink_tcp
            )
            return asyncio.run(Start(arguments, installation, ports).run())
    except (Unusable, PortTaken, BadSetting) as problem:
        raise Sentence(str(problem)) from None
