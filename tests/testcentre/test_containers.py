"""What the containers run is what the code has: commands, queues, settings, engines, doors, checks."""

import re
import runpy
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from telemetry.api.ingest import INGEST_PATH
from telemetry.api.ingest_socket import INGEST_SOCKET_PATH
from telemetry.api.uploads import UPLOAD_PATH
from testcentre import cli
from testcentre.commands.processes import QUEUES
from testcentre.embedded import Installation
from testcentre.embedded.postgresql import MAJOR
from testcentre.embedded.valkey import valkey

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "testcentre"}
SETTINGS = set(re.findall(r'source(?:\.get\(|, )"([A-Z_]+)"', (ROOT / "testcentre/environment.py").read_text()))
FLIGHT = UUID(int=7)


def test_no_key_is_given_twice() -> None:
    """YAML's reader would take the last one, compose refuses the file."""
    nodes, twice = [yaml.compose(COMPOSE)], []
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            twice += [key for key in set(keys) if keys.count(key) > 1]
            nodes += [value for _, value in node.value]
    assert twice == []


def words_of(service: dict[str, Any]) -> list[str]:
    return [re.sub(r"\$\{\w+:-(.*)\}", r"\1", word) for word in service["command"]]


@pytest.mark.parametrize("name", OURS)
def test_a_container_runs_a_command_that_exists(name: str) -> None:
    program, *words = words_of(OURS[name])
    parsed = cli._parser().parse_args(words)
    assert (program, parsed.run.__name__) == ("testcentre", words[0])


def test_every_process_has_a_container() -> None:
    run = {tuple(words_of(service)[1:2]) for service in OURS.values()}
    assert run == {(word,) for word in ("prepare", "web", "http", "gateway", "relay", "worker", "beat")}


def test_every_queue_is_worked() -> None:
    workers = [words_of(service) for service in OURS.values() if "worker" in service["command"]]
    assert sorted(words[words.index("--queue") + 1] for words in workers) == sorted(QUEUES)


def test_every_setting_reaches_the_containers_or_is_fixed_there() -> None:
    given = {name for service in OURS.values() for name in service["environment"]}
    left_at_default = {
        "MAVLINK_HOST",
        "MAVLINK_TCP_PORT",  # inside; what is published outside is the host's matter
        "MAVLINK_UDP_PORT",
        "OBJECTS_ACCESS_KEY",  # objects lie in the volume; the guide says what else a bucket needs
        "OBJECTS_ENDPOINT",
        "OBJECTS_REGION",
        "OBJECTS_SECRET_KEY",
        "OBJECTS_URL",
        "TESTCENTRE_DATABASE_POOL",  # `web` pools by itself, workers must not
        "TESTCENTRE_DEBUG",
        "TESTCENTRE_WEBHOOK_LOOPBACK",
    }
    assert (given & left_at_default, given | left_at_default) == (set(), SETTINGS)


def test_what_compose_asks_for_stands_in_the_example_file() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    example = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert (asked - example, example - asked - SETTINGS) == (set(), set())


@pytest.mark.parametrize(("service", "engine"), [("stream", "stream"), ("redis", "relaxed")])
def test_the_valkeys_keep_what_those_of_one_machine_keep(service: str, engine: str, tmp_path: Path) -> None:
    embedded = options(valkey(Installation(tmp_path), name=engine).argv)
    assert options(SERVICES[service]["command"]) == {
        name: value
        for name, value in embedded.items()
        if name not in {"--dir", "--unixsocket", "--unixsocketperm", "--port", "--loglevel"}
    }


def options(argv: list[str]) -> dict[str, str]:
    return dict(zip(argv[1::2], argv[2::2], strict=True))


def test_postgresql_is_of_the_major_version_of_one_machine() -> None:
    assert SERVICES["postgres"]["image"] == f"postgres:{MAJOR}"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    user = service.get("user") or re.search(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1]  # type: ignore[index]
    assert not user.startswith(("0", "root"))
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )


@pytest.mark.parametrize("name", sorted(OURS.keys() - {"prepare"}))
def test_a_process_is_asked_for_its_work(name: str) -> None:
    checks = runpy.run_path(str(ROOT / "deploy/health.py"))["CHECKS"]
    words = OURS[name]["command"]
    test = OURS[name]["healthcheck"]["test"]
    assert test == [
        "CMD",
        "python",
        "/opt/testcentre/health.py",
        words[words.index("--queue") + 1] if "--queue" in words else words[1],
    ]
    assert test[-1] in checks


@pytest.mark.parametrize(
    ("path", "upstream"),
    [
        ("/", "http"),
        ("/sign-in/", "http"),
        ("/api/v1/bookings", "http"),
        (f"/api/v1/flights/{FLIGHT}", "http"),
        (f"/api/v1/flights/{FLIGHT}/track", "http"),
        ("/static/console/assets/a.js", "http"),
        ("/api/v1/uploadsx", "http"),
        ("/metrics", "web"),
        ("/ws/range", "web"),
        (f"/ws/flights/{FLIGHT}", "web"),
        (f"/api/v1/flights/{FLIGHT}/recording", "web"),
        (f"/api/v1/logs/{FLIGHT}/file", "web"),
    ],
)
def test_the_proxy_asks_the_process_that_is_made_for_it(path: str, upstream: str) -> None:
    assert upstream_of(path) == upstream


@pytest.mark.parametrize(
    ("door", "path"),
    [
        (INGEST_PATH, f"/api/v1/flights/{FLIGHT}/telemetry"),
        (INGEST_PATH, f"/api/v1/flights/{FLIGHT}/telemetry/"),
        (INGEST_SOCKET_PATH, f"/ws/ingest/{FLIGHT}"),
        (UPLOAD_PATH, "/api/v1/uploads"),
        (UPLOAD_PATH, "/api/v1/uploads/"),
        (UPLOAD_PATH, f"/api/v1/uploads/{FLIGHT}"),
    ],
)
def test_what_has_a_door_of_its_own_goes_to_the_process_that_has_the_door(door: re.Pattern[str], path: str) -> None:
    assert door.fullmatch(path)
    assert upstream_of(path) == "web"


def upstream_of(path: str) -> str:
    """Choose as nginx does: an exact location, else the first pattern that fits, else the longest prefix."""
    text = (ROOT / "deploy/proxy/routes.conf").read_text()
    found = re.findall(r"^location (?:(=|~) )?(/\S*|\^\S+) \{[^}]*?proxy_pass http://(\w+);", text, re.MULTILINE)
    exact = [upstream for kind, what, upstream in found if kind == "=" and what == path]
    patterns = [upstream for kind, what, upstream in found if kind == "~" and re.search(what, path)]
    prefixes = sorted((len(what), upstream) for kind, what, upstream in found if not kind and path.startswith(what))
    return [*exact, *patterns, prefixes[-1][1]][0]
