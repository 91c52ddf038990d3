import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("api", "actions", "claims", "queries")
OF_THE_SITE_FILE = {"other_site"}
BUILT_FROM_PARTS = {"unknown_aircraft", "unknown_pilot", "aircraft_busy", "pilot_busy"}
IN_CODE = re.compile(r'(?:Refusal\(\s*|Need\(\s*|code: str = |code=)"([a-z]+(?:_[a-z]+)*)"')


def test_every_code_of_bookings_has_its_line_and_every_line_its_code() -> None:
    page = (ROOT / "docs/reference/api-bookings.md").read_text()
    told = set(re.findall(r"^\| `([a-z_]+)` \| \d", page, re.MULTILINE))
    sources = [path.read_text() for folder in FOLDERS for path in (ROOT / "bookings" / folder).glob("*.py")]
    used = {code for source in sources for code in IN_CODE.findall(source)} - OF_THE_SITE_FILE

    assert told == used | BUILT_FROM_PARTS
