"""Static files come whole from both servers, in pieces, and under ASGI without a warning, which is an error here."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.test import RequestFactory
from pytest_django import Settings

from testcentre.foundation.static_files import StaticFiles


@pytest.fixture(autouse=True)
def as_in_service(settings: Settings) -> None:
    settings.WHITENOISE_AUTOREFRESH = False  # the other tests spare themselves the list of all files


@pytest.fixture
def built() -> Path:
    return max((settings.BASE / "static/console/assets").glob("*.js"), key=lambda file: file.stat().st_size)


def address(built: Path) -> str:
    return f"/static/{built.relative_to(settings.BASE / 'static')}"


def ask(path: str, *headers: tuple[bytes, bytes], method: str = "GET") -> tuple[int, list[bytes]]:
    """Return status and pieces of what Django answers under ASGI."""
    return asyncio.run(answer_to(path, *headers, method=method))


async def answer_to(path: str, *headers: tuple[bytes, bytes], method: str) -> tuple[int, list[bytes]]:
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": list(headers)}
    request = [{"type": "http.request", "body": b""}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not request:
            await asyncio.Event().wait()  # the client stays
        return request.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    await ASGIHandler()(scope, receive, send)
    return sent[0]["status"], [message.get("body", b"") for message in sent[1:]]


def test_under_asgi_a_file_comes_in_pieces(built: Path) -> None:
    status, pieces = ask(address(built))
    assert (status, b"".join(pieces)) == (200, built.read_bytes())
    assert len(pieces) > 2
    assert max(map(len, pieces)) == ASGIHandler.chunk_size


def test_under_asgi_a_part_a_head_and_an_unchanged_file_are_answered(built: Path) -> None:
    status, pieces = ask(address(built), (b"range", b"bytes=10-19"))
    assert (status, b"".join(pieces)) == (206, built.read_bytes()[10:20])
    status, pieces = ask(address(built), method="HEAD")
    assert (status, b"".join(pieces)) == (200, b"")
    later = (b"if-modified-since", b"Fri, 01 Jan 2100 00:00:00 GMT")
    assert ask(address(built), later) == (304, [b""])


def test_under_wsgi_the_server_gets_the_file_itself(built: Path, rf: RequestFactory) -> None:
    answer = StaticFiles()(rf.get(address(built)))
    assert answer.file_to_stream.name == str(built)
    answer.close()
