"""Keep it: the flight that was watched is downloaded, and a MAVLink tool reads it."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from pymavlink import mavutil

AERO = "admin@aero.example"


def test_the_flight_is_downloaded_as_a_log_that_pymavlink_reads(sign_in: Callable[..., Page], tmp_path: Path) -> None:
    page = sign_in(AERO)
    page.goto("/flights/")
    page.get_by_role("row").filter(has_text="recording").get_by_role("link", name="Lifter 1").click()
    # something of it is kept by now: the plots show it
    expect(page.get_by_role("img", name=re.compile("^Battery over time"))).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download .tlog").click()
    log = tmp_path / "flight.tlog"
    download.value.save_as(log)
    reader = mavutil.mavlink_connection(str(log))
    names = set()
    while (message := reader.recv_msg()) is not None:
        names.add(message.get_type())
    reader.close()
    assert {"HEARTBEAT", "GLOBAL_POSITION_INT", "SYS_STATUS"} <= names
    assert "BAD_DATA" not in names
