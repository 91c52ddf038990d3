from pathlib import Path

import pytest

from bookings.site_file import read_site_file
from testcentre.foundation.errors import Malformed


def faults(text: str, folder: Path) -> set[str]:
    (folder / "site.toml").write_text(f'extends = "ehtw"\n{text}')
    with pytest.raises(Malformed) as refused:
        read_site_file(folder / "site.toml")
    return {refusal.field for refusal in refused.value.refusals}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('[tariff]\nminimum_charge = "1.5"', {"tariff.minimum_charge"}),
        ("[tariff]\nminimum_charge = 150.0", {"tariff.minimum_charge"}),
        ('[tariff]\nminimum_charge = "-1.00"', {"tariff.minimum_charge"}),
        ('[tariff]\ncurrency = "USD"', {"tariff.currency"}),
        ("[tariff]\nhour_step_min = 7", {"tariff.hour_step_min"}),
        ('[tariff]\nhalf_day_begins_local = ["0600", "1200"]', {"tariff.half_day_begins_local"}),
        ('[tariff]\nhalf_day_begins_local = ["0000", "1260"]', {"tariff.half_day_begins_local"}),
        ('[tariff]\nhalf_day_begins_local = ["0000", "2400"]', {"tariff.half_day_begins_local"}),
        ('[tariff]\nrates = [{ name = "a", per = "hour", price = "1.00" }]', {"tariff.rates[0].kinds"}),
        (
            '[tariff]\nrates = [{ name = "a", per = "day", price = "1.00", kinds = ["runway"] }]',
            {"tariff.rates[0].per"},
        ),
        (
            '[tariff]\nrates = [{ name = "a", per = "hour", price = "1.00", codes = ["NOWHERE"] }]',
            {"tariff.rates[0].codes[0]"},
        ),
        (
            '[tariff]\nadjustments = [{ name = "a", pct = 1, days = ["mon"], local = "1200-1100" }]',
            {"tariff.adjustments[0].local"},
        ),
        ("[tariff]\norganisation_pct = { company = -101 }", {"tariff.organisation_pct"}),
        (
            "[tariff.cancellation]\nbands = [{ notice_h = 24, fee_pct = 50 }, { notice_h = 48, fee_pct = 0 }]",
            {
                "tariff.cancellation.bands[1].notice_h",
                "tariff.cancellation.bands[1].fee_pct",
            },
        ),
        ("[tariff.cancellation]\nno_show_fee_pct = 79", {"tariff.cancellation.no_show_fee_pct"}),
        ('[invoicing.supplier]\ncountry = "nl"', {"invoicing.supplier.country"}),
    ],
)
def test_a_tariff_that_can_not_be_is_refused_with_the_place(text: str, fields: set[str], tmp_path: Path) -> None:
    found = faults(text, tmp_path)

    assert {field.partition(".company")[0] for field in found} == fields


def test_money_is_kept_as_it_was_written() -> None:
    tariff = read_site_file("ehtw-exercise").data["tariff"]

    assert [rate["price"] for rate in tariff["rates"][:2]] == ["420.00", "120.00"]
    assert tariff == read_site_file("ehtw").data["tariff"]
