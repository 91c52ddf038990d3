"""What types can't say of a tariff: clocks that exist, bands in order, rates for something that is there."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from bookings.site_file.faults import fault
from testcentre.foundation.errors import Refusal

if TYPE_CHECKING:
    from bookings.site_file.shapes import SiteFile


def faults_of_tariff(site: "SiteFile") -> Iterator[Refusal]:
    """Yield every fault of a tariff whose form is right."""
    yield from _half_days(site.tariff.half_day_begins_local)
    yield from _bands(site)
    known = {resource.code for resource in site.resources}
    for i, rate in enumerate(site.tariff.rates):
        if not rate.kinds and not rate.codes:
            yield fault(f"tariff.rates[{i}].kinds", expected="kinds or codes", got="neither")
        for j, code in enumerate(rate.codes):
            if code not in known:
                yield fault(f"tariff.rates[{i}].codes[{j}]", expected="the code of a resource", got=code)
    for i, adjustment in enumerate(site.tariff.adjustments):
        begins, _, ends = adjustment.local.partition("-")
        if not (_is_clock(begins) and _is_clock(ends) and begins < ends):
            yield fault(
                f"tariff.adjustments[{i}].local",
                expected="HHMM-HHMM, the second later, up to 2400",
                got=adjustment.local,
            )


def _half_days(begins: list[str]) -> Iterator[Refusal]:
    right = begins[0] == "0000" and begins == sorted(set(begins)) and all(map(_is_clock, begins))
    if not right or begins[-1] == "2400":
        yield fault(
            "tariff.half_day_begins_local", expected='"0000", then later times of the day', got=", ".join(begins)
        )


def _bands(site: "SiteFile") -> Iterator[Refusal]:
    bands = site.tariff.cancellation.bands
    path = "tariff.cancellation.bands"
    for i, (band, later) in enumerate(pairwise(bands)):
        if later.notice_h >= band.notice_h:
            yield fault(f"{path}[{i + 1}].notice_h", expected=f"less than {band.notice_h}", got=later.notice_h)
        if later.fee_pct < band.fee_pct:
            yield fault(f"{path}[{i + 1}].fee_pct", expected=f"at least {band.fee_pct}", got=later.fee_pct)
    if bands[-1].notice_h != 0:
        yield fault(f"{path}[{len(bands) - 1}].notice_h", expected="0: the last band", got=bands[-1].notice_h)
    if site.tariff.cancellation.no_show_fee_pct < bands[-1].fee_pct:
        yield fault(
            "tariff.cancellation.no_show_fee_pct",
            expected=f"at least {bands[-1].fee_pct}, as the last band",
            got=site.tariff.cancellation.no_show_fee_pct,
        )


def _is_clock(text: str) -> bool:
    return text == "2400" or (text[:2] <= "23" and text[2:] <= "59")
