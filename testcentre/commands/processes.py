"""One process of the service each: `web`, `http`, `gateway`, `relay`, `worker`, `beat`."""

import argparse
import asyncio
import os
import signal
import socket
import sys
import warnings

from testcentre.commands.base import Commands, Sentence, django, engines

QUEUES = {"drain": 2, "prompt": 1, "outgoing": 2}
"""Every queue with processes of its own, so that a long task in one never delays another."""
MOST_CONNECTIONS = 2000
DATABASE_POOL = "10"


def register(commands: Commands) -> None:
    """Add the commands."""
    served = commands.add("web", web, help_text="serve live sockets, ingest, uploads, API and pages (ASGI)")
    _address(served)
    served = commands.add("http", http, help_text="serve API and pages (WSGI) beside `web` on busy sites")
    _address(served)
    served.add_argument("--workers", type=int, default=2)
    commands.add("gateway", gateway, help_text="take MAVLink over UDP and TCP")
    commands.add("relay", relay, help_text="announce what happened and write the grants; one active, others stand by")
    works = commands.add("worker", worker, help_text="run Celery tasks")
    works.add_argument(
        "--queue", choices=QUEUES, help="only this queue; without it, each queue gets a worker of its own"
    )
    works.add_argument("--processes", type=int, help="how many tasks at once")
    commands.add("beat", beat, help_text="send Celery's timetable; exactly one")


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def web(arguments: argparse.Namespace) -> int:
    """Serve the ASGI application until SIGTERM."""
    os.environ.setdefault("TESTCENTRE_DATABASE_POOL", DATABASE_POOL)
    with django(arguments):
        import uvicorn  # noqa: PLC0415 — quick --help

        from testcentre.http_protocol import BoundedHttp  # noqa: PLC0415

        config = uvicorn.Config(
            "testcentre.asgi:application",
            host=arguments.host,
            port=arguments.port,
            loop="uvloop",
            http=BoundedHttp,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=1024 * 1024,
            limit_concurrency=MOST_CONNECTIONS,  # without it overload does not end with the load
            timeout_keep_alive=15,
            timeout_graceful_shutdown=3,
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            proxy_headers=False,  # the application itself counts the proxies that it trusts
        )
        uvicorn.Server(config).run()
    return 0


def http(arguments: argparse.Namespace) -> int:
    """Serve the WSGI application with granian: maintained, BSD, and a third of the CPU of Django under ASGI."""
    os.environ.setdefault("TESTCENTRE_DATABASE_POOL", DATABASE_POOL)
    with django(arguments):  # bad settings are told here, once, not by every worker
        pass
    with engines(arguments):
        from granian import Granian  # noqa: PLC0415 — quick --help
        from granian.constants import Interfaces  # noqa: PLC0415

        Granian(
            "testcentre.wsgi:application",
            address=arguments.host,
            port=arguments.port,
            interface=Interfaces.WSGI,
            workers=arguments.workers,
            blocking_threads=4,
            backpressure=64,
            workers_kill_timeout=5,
            respawn_failed_workers=True,
            log_access=False,
        ).serve()
    return 0


def gateway(arguments: argparse.Namespace) -> int:
    """Listen for aircraft until SIGTERM; needs no Django."""
    with engines(arguments):
        from telemetry.gateway.process import GatewaySettings, run  # noqa: PLC0415 — quick --help
        from testcentre.environment import BadSetting, read  # noqa: PLC0415

        try:
            settings = read()
        except BadSetting as problem:
            raise Sentence(str(problem)) from None
        where = f"UDP {settings.mavlink_udp_port} and TCP {settings.mavlink_tcp_port} of {settings.mavlink_host}"
        try:
            run(
                GatewaySettings(
                    udp_host=settings.mavlink_host,
                    udp_port=settings.mavlink_udp_port,
                    tcp_host=settings.mavlink_host,
                    tcp_port=settings.mavlink_tcp_port,
                    stream_url=settings.redis_stream_url,
                    relaxed_url=settings.redis_url,
                    keys_key=settings.keys_key,
                    name=settings.gateway_name,
                )
            )
        except OSError as problem:
            raise Sentence(f"The gateway cannot listen on {where} ({problem.strerror}): choose other ports.") from None
    return 0


def relay(arguments: argparse.Namespace) -> int:
    """Run the relay until SIGTERM."""
    with django(arguments):
        from testcentre.relay import run  # noqa: PLC0415 — Django is set up only now

        run()
    return 0


def worker(arguments: argparse.Namespace) -> int:
    """Run the Celery worker of one queue, or one worker for each queue, until SIGTERM."""
    if arguments.queue is None:
        with engines(arguments):
            return asyncio.run(_a_worker_per_queue(arguments.processes))
    with django(arguments):
        from celery.platforms import SecurityWarning  # noqa: PLC0415 — quick --help
        from celery.signals import worker_process_init  # noqa: PLC0415

        from testcentre.celery import app  # noqa: PLC0415
        from testcentre.tether import die_with_parent  # noqa: PLC0415

        def tether(**_: object) -> None:
            die_with_parent(signal.SIGKILL)

        worker_process_init.connect(tether, weak=False)
        warnings.filterwarnings("ignore", category=SecurityWarning)  # it warns root of pickled messages; ours are JSON
        work = app.Worker(
            hostname=f"{arguments.queue}@{socket.gethostname()}",
            queues=arguments.queue,
            concurrency=arguments.processes or QUEUES[arguments.queue],
            pool="prefork",
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        work.start()
        return int(work.exitcode or 0)


def beat(arguments: argparse.Namespace) -> int:
    """Send the timetable until SIGTERM; it keeps no file: every entry may be sent once too often."""
    with django(arguments):
        from celery.beat import Scheduler  # noqa: PLC0415 — quick --help

        from testcentre.celery import app  # noqa: PLC0415

        app.Beat(scheduler_cls=Scheduler, loglevel="WARNING", quiet=True, max_interval=1).run()
    return 0


def worker_argv(queue: str, processes: int | None = None) -> list[str]:
    """Return the command of one queue's worker."""
    count = ["--processes", str(processes)] if processes else []
    return [sys.executable, "-m", "testcentre.cli", "worker", "--queue", queue, *count]


async def _a_worker_per_queue(processes: int | None) -> int:
    from testcentre.supervisor import Child, KeepsDying, Supervisor  # noqa: PLC0415 — quick --help

    supervisor = Supervisor()
    supervisor.stop_at_signals()
    try:
        for queue in QUEUES:
            supervisor.start(Child(queue, worker_argv(queue, processes)))
        await supervisor.until_stopped()
    except KeepsDying as problem:
        supervisor.say(str(problem))
        return 1
    finally:
        await supervisor.stop()
    return 0
