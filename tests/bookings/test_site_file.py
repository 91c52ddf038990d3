import copy
import datetime as dt
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.facts import ResourceKind
from bookings.site_file import SiteFile, read_site_file, shapes, tariff_shapes
from bookings.site_file.faults import faults_of_form
from testcentre.foundation.errors import Malformed

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "testcentre" / "sites" / "ehtw.toml"
RUNWAY = """\
[6.8710415, 52.2683663], [6.8714188, 52.2680335], [6.9072989, 52.2833343], [6.9069215, 52.2836671],
    [6.8710415, 52.2683663],"""


def faults(text: str, folder: Path) -> dict[str, str]:
    """Return path → what came, of a file that is not right."""
    file = folder / "site.toml"
    file.write_text(text)
    with pytest.raises(Malformed) as refused:
        read_site_file(file)
    return {refusal.field: str(refusal.got) for refusal in refused.value.refusals}


def spoilt(*pairs: tuple[str, str]) -> str:
    text = SHIPPED.read_text()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize("name", ["ehtw", "ehtw-exercise"])
def test_the_shipped_sites_have_twelve_resources_and_more_of_all_kinds(name: str) -> None:
    site = read_site_file(name).site

    assert len(site.resources) >= 12
    assert {resource.kind for resource in site.resources} == set(ResourceKind)


def test_the_exercise_has_the_same_places_and_codes() -> None:
    real, exercise = (read_site_file(name).site for name in ("ehtw", "ehtw-exercise"))

    assert exercise.resources == real.resources
    assert (exercise.reference_point, exercise.airspace, exercise.runways) == (
        real.reference_point,
        real.airspace,
        real.runways,
    )
    assert (real.exercise, exercise.exercise) == (False, True)


def test_the_places_are_those_of_the_published_facts() -> None:
    facts = ROOT.parent / "shared" / "domain" / "ehtw_clean.geojson"
    if not facts.exists():
        pytest.skip("needs ../shared/domain/ehtw_clean.geojson")
    published = {f["properties"]["id"]: f["geometry"]["coordinates"] for f in json.loads(facts.read_text())["features"]}
    site = read_site_file("ehtw").site
    point = site.reference_point
    thresholds = {t.runway: [t.longitude_deg, t.latitude_deg] for t in site.thresholds}

    assert [point.longitude_deg, point.latitude_deg] == published["ARP"]
    assert [list(corner) for corner in site.runways[0].polygon] == published["RWY0523"][0]
    assert [list(corner) for corner in site.airspace.polygon] == published["ATZ_TWENTE"][0]
    assert thresholds == {"05": published["THR05"], "23": published["THR23"]}
    assert {name: list(ils.localizer) for name, ils in site.ils.items()} == {
        "05": published["LOC05"],
        "23": published["LOC23"],
    }
    assert {name: list(ils.glide_path_origin) for name, ils in site.ils.items()} == {
        "05": published["GP05"],
        "23": published["GP23"],
    }


def test_all_faults_of_form_are_told_at_once_with_their_paths(tmp_path: Path) -> None:
    text = spoilt(
        ('icao = "EHTW"', 'icao = "ehtw"'),
        ('confirm = "range"  ', 'confirm = "never"'),
        ("margin_min = 15", 'margin_min = "15"'),
        ('kind = "runway"', 'kind = "railway"'),
        ("horizon_days = 180\n", ""),
        ("[reference_point]", "[reference_point]\ncolour = 1"),
        ('mon_fri = ["0800-1600"]', 'mon_fri = ["8-16"]'),
        ("[6.72, 52.2275]", "[6.72, 152.2275]"),
    )

    assert set(faults(text, tmp_path)) == {
        "icao",
        "policy.confirm",
        "daylight.margin_min",
        "resources[0].kind",
        "limits.standard.horizon_days",
        "reference_point.colour",
        "hours.airport.winter.mon_fri[0]",
        "airspace.polygon[1][1]",
    }


def test_all_faults_of_meaning_are_told_at_once_with_their_paths(tmp_path: Path) -> None:
    text = spoilt(
        ('timezone = "Europe/Amsterdam"', 'timezone = "Europe/Twente"'),
        ('code = "TEST-N"', 'code = "rwy-05-23"'),
        ('hours = "always"', 'hours = "never"'),
        ("ceiling_ft_amsl = 165", "floor_ft_amsl = 165\nceiling_ft_amsl = 165"),
        ('sat = ["0800-1600"]', 'sat = ["1600-0800"]'),
        ("min_duration_min = 15", "min_duration_min = 601"),
        ("[ils.05]", "[ils.18]"),
        (RUNWAY, "[6.87, 52.26], [6.88, 52.27], [6.88, 52.26], [6.87, 52.27], [6.87, 52.26],"),
    )

    assert set(faults(text, tmp_path)) == {
        "timezone",
        "resources[1].code",
        "resources[6].hours",
        "resources[0].floor_ft_amsl",
        "hours.airport.winter.sat[0]",
        "limits.standard.min_duration_min",
        "ils.18",
        "runways[0].polygon",
    }


def test_a_site_needs_resources(tmp_path: Path) -> None:
    text = SHIPPED.read_text().partition("[[resources]]")[0].replace("[[runways]]", "resources = []\n[[runways]]", 1)
    # a key after a table header belongs to that table: put it on top
    text = "resources = []\n" + text.replace("resources = []\n", "")

    assert set(faults(text, tmp_path)) == {"resources"}


@pytest.mark.parametrize("text", ["[", "a = 1\na = 2", "\udcff", "x = " + "[" * 10_000])
def test_what_is_no_toml_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(text, errors="surrogateescape")

    with pytest.raises(Malformed):
        read_site_file(file)


@pytest.mark.parametrize("source", ["no-such-site", "/", "", "a\0b", "../sites/ehtw"])
def test_what_is_no_file_is_refused_with_the_sites_that_ship(source: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_site_file(source)

    (refusal,) = refused.value.refusals
    assert refusal.code == "site_file_not_readable"
    assert refusal.expected == "ehtw, ehtw-exercise, or a TOML file"


def test_a_file_that_extends_itself_is_refused(tmp_path: Path) -> None:
    assert set(faults('extends = "site.toml"', tmp_path)) == {"extends"}


def test_an_extension_changes_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('extends = "ehtw"\n[ils.23]\nstatus = "test"\n')

    base, site = read_site_file("ehtw").site, read_site_file(file).site

    assert (site.ils["23"].status, site.ils["05"]) == ("test", base.ils["05"])
    assert site.ils["23"].localizer == base.ils["23"].localizer


def test_the_same_content_has_the_same_hash_however_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text("# a remark\n" + SHIPPED.read_text().replace("52.0\n", "52\n"))

    assert read_site_file(file).sha256 == read_site_file("ehtw").sha256


TABLES: dict[str, type] = {
    "Top level": shapes.SiteFile,
    "reference_point": shapes.ReferencePoint,
    "airspace": shapes.AirspaceTable,
    "daylight": shapes.DaylightTable,
    "policy": shapes.PolicyTable,
    "policy: approvals": shapes.ApprovalTable,
    "policy: approvals: when": shapes.ApprovalCaseTable,
    "policy: gates": shapes.GateTable,
    "policy.quota": shapes.QuotaTable,
    "policy.dry_runs": shapes.DryRunsTable,
    "policy.rules.CODE": shapes.RuleTable,
    "policy.holds": shapes.HoldsTable,
    "policy.waiting": shapes.WaitingTable,
    "policy.closures": shapes.ClosuresTable,
    "papers": shapes.PapersTable,
    "papers: needs": shapes.PaperNeedTable,
    "papers: cover": shapes.CoverTable,
    "notices": shapes.NoticesTable,
    "neighbours": shapes.NeighbourTable,
    "neighbours: finals": shapes.FinalTable,
    "hours": shapes.HoursTable,
    "hours: winter, summer": shapes.WeekTable,
    "hours: exceptions": shapes.ExceptionTable,
    "limits": shapes.LimitsTable,
    "runways": shapes.RunwayTable,
    "thresholds": shapes.ThresholdTable,
    "ils": shapes.IlsTable,
    "resources": shapes.ResourceTable,
    "tariff": tariff_shapes.TariffTable,
    "tariff: rates": tariff_shapes.RateTable,
    "tariff: adjustments": tariff_shapes.AdjustmentTable,
    "tariff.airspace": tariff_shapes.AirspaceRateTable,
    "tariff.cancellation": tariff_shapes.CancellationTable,
    "tariff.cancellation: bands": tariff_shapes.BandTable,
    "invoicing": tariff_shapes.InvoicingTable,
    "invoicing.supplier, invoicing.customers.SLUG": tariff_shapes.PartyTable,
}


def test_the_reference_page_explains_every_key_and_no_other() -> None:
    page = (ROOT / "docs" / "reference" / "site-file.md").read_text()
    sections = {part.partition("\n")[0]: part for part in page.split("\n## ")[1:]}

    explained = {name: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) for name, part in sections.items()}

    assert explained == {name: list(table.__annotations__) for name, table in TABLES.items()}


PARSED = tomllib.loads(SHIPPED.read_text())
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=3)
)


def is_right(tables: dict[str, Any]) -> bool:
    try:
        msgspec.convert(tables, SiteFile, builtin_types=(dt.date,))
    except msgspec.ValidationError:
        return False
    return True


@given(st.sampled_from(sorted(PARSED)), VALUES)
def test_any_value_in_any_place_is_right_or_a_fault_with_its_path(key: str, value: Any) -> None:
    tables = {**PARSED, key: value}

    found = list(faults_of_form(tables, SiteFile))

    assert all(fault.field.startswith(key) for fault in found)
    assert (found == []) == is_right(tables)


@given(st.data())
def test_any_value_in_any_key_of_any_table_is_right_or_a_fault(data: st.DataObject) -> None:
    tables = copy.deepcopy(PARSED)
    table: Any = tables
    key = data.draw(st.sampled_from(sorted(table)))
    while isinstance(table[key], dict | list) and table[key] and data.draw(st.booleans()):
        table = table[key]
        key = data.draw(st.sampled_from(sorted(table) if isinstance(table, dict) else range(len(table))))
    table[key] = data.draw(VALUES)

    assert (list(faults_of_form(tables, SiteFile)) == []) == is_right(tables)
