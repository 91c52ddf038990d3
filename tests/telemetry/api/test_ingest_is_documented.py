"""The pages of the doors and sockets name every code that the code has, and no other."""

import re
from pathlib import Path

from telemetry.api.ingest_socket import Close
from telemetry.gateway.admit import Reason
from telemetry.live.close_codes import CloseCode

ROOT = Path(__file__).parents[3]
INGEST = (ROOT / "docs/reference/ingest.md").read_text()
LIVE = (ROOT / "docs/reference/live-socket.md").read_text()


def rows(page: str, pattern: str) -> list[str]:
    return re.findall(rf"^\| {pattern} \|", page, re.MULTILINE)


def test_each_close_code_of_the_ingest_socket_has_a_row() -> None:
    assert rows(INGEST, r"([14]\d{3})") == [str(int(code)) for code in sorted(Close)]


def test_each_close_code_of_the_live_sockets_has_a_row() -> None:
    assert rows(LIVE, r"([14]\d{3})") == [str(int(code)) for code in sorted(CloseCode)]


def test_each_reason_of_a_refused_packet_has_a_row() -> None:
    assert sorted(rows(INGEST, r"`(\w+)`")) == sorted(Reason)


def test_each_refusal_of_the_http_door_has_a_row() -> None:
    sources = [(ROOT / f"telemetry/api/{name}.py").read_text() for name in ("ingest", "ingest_body", "ingest_door")]
    codes = {code for text in sources for code in re.findall(r'Refusal\(\s*"(\w+)"', text)}
    cells = re.findall(r"^\| \d{3} \|([^|]*)\|", INGEST, re.MULTILINE)
    assert {code for cell in cells for code in re.findall(r"`(\w+)`", cell)} == codes
