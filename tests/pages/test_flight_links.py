"""A flight's page tells of each link what came in, how well it was carried, and what was refused."""

import re
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from telemetry.bus.batch import Batch, Record, Tally
from telemetry.wire.encode import Encoder
from tests.factories import load_exercise
from tests.pages.browsers import signed_in
from tests.pages.windows import faults, windows
from tests.telemetry.api.kept import booked_flight, keep
from tests.telemetry.keeping import BEGUN_US, UDP, position


@pytest.fixture(autouse=True)
def site(transactional_db: None, settings: Settings, tmp_path: Path) -> None:
    settings.OBJECTS_DIR = tmp_path / "objects"
    load_exercise()


def test_the_table_of_links_tells_loss_and_refusals(live_server: LiveServer) -> None:
    flight = booked_flight("aero/booker")
    encoder = Encoder(flight.system_id)
    packets = [position(encoder, n) for n in range(20)]
    records = [Record(BEGUN_US + n * 100_000, packet) for n, packet in enumerate(packets) if n != 7]
    tally = Tally(22, sum(map(len, packets)), {"foreign": 3}, 120)
    with transaction.atomic():
        keep(flight, Batch(str(flight.id), UDP, "mavlink", "gateway-1", records, tally))

    with windows(live_server.url, signed_in("aero/viewer")) as (page,):
        page.goto(f"/flights/{flight.id}/")
        row = page.get_by_role("region", name="Links").get_by_role("row", name=re.compile(re.escape(UDP)))
        expect(row.get_by_role("cell")).to_have_text(
            ["MAVLink", "22", "19", "0 B", "5.0 %", "0.0 %", "0.0 %", re.compile(r"^[\d.]+ ms$"), "0",
             "3 another system on this link"]
        )  # fmt: skip
        assert faults(page) == []
