"""The shape of a site file's tariff and of what its invoices say; money is text, so that no cent is lost.

`bookings.tariff.terms` mirrors the tables of `[tariff]` name by name: a tariff is read from the data as it is kept.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from bookings.rules.facts import ResourceKind

Amount = Annotated[str, Meta(pattern=r"^\d{1,6}\.\d\d\Z")]
ChangePct = Annotated[int, Meta(ge=-100, le=500)]
SharePct = Annotated[int, Meta(ge=0, le=100)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]
ClockSpan = Annotated[str, Meta(pattern=r"^\d{4}-\d{4}\Z")]
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}\Z")]
OrganisationKind = Literal["company", "range", "education", "defence"]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]


class TariffShape(Struct, forbid_unknown_fields=True, kw_only=True):
    """A table of the tariff; unknown keys are faults."""


class RateTable(TariffShape):
    """A price per unit, of the resources of some kinds or codes."""

    name: Words
    per: Literal["hour", "half_day", "booking"]
    price: Amount
    kinds: list[ResourceKind] = []
    codes: list[Code] = []


class AirspaceRateTable(TariffShape):
    """The price of airspace by area and hour."""

    price_per_km2_hour: Amount
    step_km2: Annotated[int, Meta(ge=1, le=1000)]


class AdjustmentTable(TariffShape):
    """What rates change by at some hours of the local clock."""

    name: Words
    pct: ChangePct
    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]], Meta(min_length=1)]
    local: ClockSpan
    kinds: list[ResourceKind] = []


class BandTable(TariffShape):
    """The fee from a notice on."""

    notice_h: Annotated[int, Meta(ge=0, le=8784)]
    fee_pct: SharePct


class CancellationTable(TariffShape):
    """What cancelling and not coming cost."""

    bands: Annotated[list[BandTable], Meta(min_length=1, max_length=20)]
    no_show_fee_pct: SharePct


class TariffTable(TariffShape):
    """All that a price is made from."""

    name: Words
    currency: Literal["EUR"]
    vat_pct: SharePct
    hour_step_min: Literal[15, 30, 60]
    half_day_begins_local: Annotated[list[Annotated[str, Meta(pattern=r"^\d{4}\Z")]], Meta(min_length=1, max_length=4)]
    minimum_charge: Amount
    terms: Annotated[str, Meta(min_length=1, max_length=500)]
    airspace: AirspaceRateTable
    cancellation: CancellationTable
    rates: Annotated[list[RateTable], Meta(max_length=500)]
    adjustments: Annotated[list[AdjustmentTable], Meta(max_length=50)] = []
    organisation_pct: dict[OrganisationKind, ChangePct] = {}


class PartyTable(TariffShape):
    """Who is on an invoice, as EN 16931 wants to know it; `electronic_address` is `SCHEME:ID` of Peppol's list."""

    name: Words
    street: Words
    city: Words
    postal_code: Annotated[str, Meta(min_length=1, max_length=20)]
    country: Country
    company_number: Annotated[str, Meta(min_length=1, max_length=40)]
    vat_number: Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,12}\Z")]
    electronic_address: Annotated[str, Meta(pattern=r"^\d{4}:[A-Za-z0-9:._~-]{1,50}\Z")]


class InvoicingTable(TariffShape):
    """What invoices say beside their lines."""

    supplier: PartyTable
    iban: Annotated[str, Meta(pattern=r"^[A-Z]{2}\d{2}[A-Z0-9]{1,30}\Z")]
    payment_days: Annotated[int, Meta(ge=0, le=365)]
    customers: dict[Code, PartyTable] = {}
