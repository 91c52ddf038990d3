import asyncio
import hashlib
from io import BytesIO

import pytest
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as some

from telemetry.api.ranged import PIECE_BYTES, Content, FileStream, answer_with

DATA = bytes(range(256)) * 4
ETAG = f'"{hashlib.sha256(DATA).hexdigest()}"'


def ask(data: bytes = DATA, *, method: str = "GET", **headers: str) -> HttpResponseBase:
    content = Content(BytesIO(data), len(data), hashlib.sha256(data).hexdigest(), "flight é.tlog")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer_with(content, RequestFactory().generic(method, "/", headers=named))


def body_of(response: HttpResponseBase) -> bytes:
    return b"".join(response) if isinstance(response, FileStream) else response.content  # type: ignore[attr-defined]


def test_a_whole_file_comes_with_length_etag_and_name() -> None:
    response = ask()
    assert (response.status_code, body_of(response)) == (200, DATA)
    assert response.headers["Content-Length"] == "1024"
    assert response.headers["ETag"] == ETAG
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename=\"flight _.tlog\"; filename*=UTF-8''flight%20%C3%A9.tlog"
    )


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=1014-", 1014, 1023),
        ("bytes=-500", 524, 1023),
        ("bytes=100-5000", 100, 1023),
        ("bytes=-5000", 0, 1023),
    ],
)
def test_a_range_comes_alone(asked: str, first: int, last: int) -> None:
    response = ask(Range=asked)
    assert (response.status_code, response.headers["Content-Range"]) == (206, f"bytes {first}-{last}/1024")
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert body_of(response) == DATA[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=9999-10000", "bytes=-0"])
def test_a_range_outside_the_file_is_416_and_tells_the_size(asked: str) -> None:
    response = ask(Range=asked)
    assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=0-" + "9" * 40]
)
def test_a_range_that_is_none_of_ours_gives_the_whole_file(asked: str) -> None:
    response = ask(Range=asked)
    assert (response.status_code, body_of(response)) == (200, DATA)


@pytest.mark.parametrize(
    ("tag", "status"), [(ETAG, 206), ('"another"', 200), (f"W/{ETAG}", 200), ("Mon, 01 Jun 2026 00:00:00 GMT", 200)]
)
def test_if_range_gives_a_part_only_of_the_same_version(tag: str, status: int) -> None:
    assert ask(Range="bytes=0-9", If_Range=tag).status_code == status


@pytest.mark.parametrize("tags", [ETAG, "*", f'"x", {ETAG}', f"W/{ETAG}"])
def test_if_none_match_of_this_version_is_304_without_a_body(tags: str) -> None:
    response = ask(If_None_Match=tags, Range="bytes=0-9")
    assert (response.status_code, body_of(response), response.headers["ETag"]) == (304, b"", ETAG)


def test_if_match_of_another_version_is_412() -> None:
    assert ask(If_Match='"x"').status_code == 412
    assert ask(If_Match=ETAG).status_code == 200


def test_head_has_the_headers_and_no_body() -> None:
    response = ask(method="HEAD")
    assert (response.status_code, body_of(response), response.headers["Content-Length"]) == (200, b"", "1024")


def test_an_empty_file_is_an_empty_answer() -> None:
    response = ask(b"")
    assert (response.status_code, body_of(response), response.headers["Content-Length"]) == (200, b"", "0")
    assert ask(b"", Range="bytes=0-").status_code == 416


def test_under_asgi_the_same_bytes_come_in_pieces() -> None:
    data = bytes(PIECE_BYTES * 2 + 5)
    response = ask(data, Range=f"bytes=3-{len(data) - 1}")
    assert isinstance(response, FileStream)

    async def read() -> list[bytes]:
        return [piece async for piece in response]

    pieces = asyncio.run(read())
    assert [len(piece) for piece in pieces] == [PIECE_BYTES, PIECE_BYTES, 2]


@given(some.text(max_size=40))
def test_no_range_header_breaks_it(asked: str) -> None:
    assert ask(
        Range=asked.encode().hex() if not asked.isascii() or "\n" in asked or "\r" in asked else asked
    ).status_code in (200, 206, 416)
