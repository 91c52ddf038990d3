"""HTTP/1.1 on the wire: who does not send his request on is answered and cut, who does is served."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from testcentre import http_protocol
from testcentre.http_protocol import BoundedHttp

pytestmark = pytest.mark.asyncio


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer with the length of the body."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(echo, host="127.0.0.1", port=0, http=BoundedHttp, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):  # the server has hung up first
                await writer.wait_closed()
    finally:
        await server.shutdown()


async def refusal(reader: asyncio.StreamReader) -> tuple[str, dict[str, object]]:
    """Return status line and problem of an answer after which the server hangs up."""
    head, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    return head.split(b"\r\n")[0].decode(), json.loads(body)


async def test_a_head_that_does_not_end_is_answered_with_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_LIMIT_S", 0.2)
    async with connected() as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
        status, problem = await refusal(reader)
    assert status == "HTTP/1.1 408 Request Timeout"
    assert (problem["status"], problem["detail"]) == (408, "The request was not sent to its end in time.")


async def test_a_body_that_falls_silent_is_answered_with_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "BODY_SILENCE_S", 0.2)
    async with connected() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        assert (await refusal(reader))[0] == "HTTP/1.1 408 Request Timeout"


async def test_a_slow_body_is_served_while_bytes_of_it_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "BODY_SILENCE_S", 0.4)
    async with connected() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6\r\n\r\n")
        for _ in range(6):
            await asyncio.sleep(0.1)
            writer.write(b"1")
        answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"\r\n6\r\n0\r\n\r\n")


async def test_a_head_without_measure_is_answered_with_431() -> None:
    async with connected() as (reader, writer):
        writer.write(
            b"GET / HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(140))
        )
        assert (await refusal(reader))[0] == "HTTP/1.1 431 Request Header Fields Too Large"


async def test_what_is_no_http_is_answered_with_400() -> None:
    async with connected() as (reader, writer):
        writer.write(b"\x16\x03\x01 this is TLS\r\n\r\n")
        assert (await refusal(reader))[0] == "HTTP/1.1 400 Bad Request"


async def test_two_requests_on_one_connection_are_each_served_within_their_own_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_LIMIT_S", 0.3)
    async with connected() as (reader, writer):
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            head = await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 10)
            assert head.startswith(b"HTTP/1.1 200 OK")
            await asyncio.sleep(0.5)  # a pause between two requests is no slow head
