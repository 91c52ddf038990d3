"""Who has nothing but the page about the format can read a raw recording."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from telemetry.drain.chunking import close_all_chunks
from telemetry.exports.raw import raw_pieces
from telemetry.recordings import chunks
from tests.telemetry.api.kept import keep
from tests.telemetry.keeping import BEGUN_US, HTTP, UDP, a_flight, batch

PAGE = Path(__file__).parents[3] / "docs/reference/recording-format.md"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("objects")]


def readers() -> Callable[[bytes], Iterator[tuple[dict[str, Any], int, bytes]]]:
    """Return the reader that the page gives."""
    code, _ = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Callable[[bytes], Iterator[tuple[dict[str, Any], int, bytes]]] = names["records"]
    return found


def test_the_reader_of_the_page_gives_every_byte_with_its_time_and_link() -> None:
    flight = a_flight()
    keep(flight, batch(flight, (0, b"\xfd one"), (5, b"")), batch(flight, (7, b"{}"), link=HTTP, kind="ndjson"))
    close_all_chunks(flight)
    keep(flight, batch(flight, (9, b"two")))
    raw = b"".join(raw_pieces(chunks.links_of(flight.id)))

    found = list(readers()(raw))

    told = [(h["link"], h["kind"], h["number"], at_us - BEGUN_US, data) for h, at_us, data in found]
    assert told == [
        (UDP, "mavlink", 1, 0, b"\xfd one"),
        (UDP, "mavlink", 1, 5, b""),
        (UDP, "mavlink", 2, 9, b"two"),
        (HTTP, "ndjson", 1, 7, b"{}"),
    ]
    assert {header["flight"] for header, _, _ in found} == {str(flight.id)}


def test_the_page_names_what_a_header_has_and_how_its_chain_goes() -> None:
    flight = a_flight()
    keep(flight, batch(flight, (0, b"one")))
    close_all_chunks(flight)
    keep(flight, batch(flight, (1, b"two")))
    first, second = chunks.whole_chunks(chunks.links_of(flight.id)[0])
    header = next(readers()(second))[0]
    (named,) = re.findall(r"`\{(flight, [^}]*)\}`", PAGE.read_text())
    assert list(header) == named.split(", ")
    assert header["previous"] == hashlib.sha256(first).hexdigest()
