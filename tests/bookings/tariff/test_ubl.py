import datetime as dt
from dataclasses import replace
from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

from hypothesis import given
from hypothesis import strategies as st

from bookings.tariff import Line, Unit
from bookings.tariff.invoice import Charge, Invoice, Party
from bookings.tariff.money import cents
from bookings.tariff.ubl import CAC, CBC, INVOICE, ubl_invoice

SPACES = {"": INVOICE, "cac": CAC, "cbc": CBC}
SUPPLIER = Party("Range", "Road 1", "Enschede", "7524 PK", "NL", "12345678", "NL123456789B01", "0106:12345678")
CUSTOMER = replace(SUPPLIER, name='Aero <&> "Cargo" BV', electronic_address="0106:87654321")
LINE = Line("Runway 05/23", Unit.HOUR, Decimal("2.00"), Decimal("420.00"), Decimal("840.00"), "RWY-05-23")
HANGAR = Line("Hangar bays", Unit.HALF_DAY, Decimal("2.00"), Decimal("95.00"), Decimal("190.00"), "HANGAR")


def charge(*lines: Line, vat_pct: int = 21) -> Charge:
    return Charge("AERO-12", dt.date(2026, 6, 23), Decimal(vat_pct), lines)


def invoice(*charges: Charge) -> Invoice:
    return Invoice(
        number="AERO-2026-06",
        first_day=dt.date(2026, 6, 1),
        issued_on=dt.date(2026, 7, 1),
        payment_days=30,
        iban="NL91ABNA0417164300",
        currency="EUR",
        supplier=SUPPLIER,
        customer=CUSTOMER,
        charges=charges or (charge(LINE, HANGAR),),
    )


def parsed(of: Invoice) -> Element:
    return fromstring(ubl_invoice(of))


def text(root: Element, path: str) -> str:
    found = root.find(path, SPACES)
    assert found is not None, path
    assert found.text, path
    return found.text


def amounts(root: Element, path: str) -> list[Decimal]:
    return [Decimal(found.text or "") for found in root.findall(path, SPACES)]


# the mandatory terms of EN 16931-1 and those that Peppol BIS Billing 3.0 and the Dutch rules add
MANDATORY = {
    "cbc:CustomizationID": "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
    "cbc:ProfileID": "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    "cbc:ID": "AERO-2026-06",
    "cbc:IssueDate": "2026-07-01",
    "cbc:DueDate": "2026-07-31",
    "cbc:InvoiceTypeCode": "380",
    "cbc:DocumentCurrencyCode": "EUR",
    "cbc:BuyerReference": "AERO-2026-06",
    "cac:InvoicePeriod/cbc:StartDate": "2026-06-01",
    "cac:InvoicePeriod/cbc:EndDate": "2026-06-30",
    "cac:AccountingSupplierParty/cac:Party/cbc:EndpointID": "12345678",
    "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName": "Range",
    "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID": "12345678",
    "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode": "NL",
    "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID": "NL123456789B01",
    "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID": "87654321",
    "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName": 'Aero <&> "Cargo" BV',
    "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode": "NL",
    "cac:PaymentMeans/cbc:PaymentMeansCode": "58",
    "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID": "NL91ABNA0417164300",
    "cac:TaxTotal/cbc:TaxAmount": "216.30",
    "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID": "S",
    "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent": "21",
    "cac:LegalMonetaryTotal/cbc:LineExtensionAmount": "1030.00",
    "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount": "1030.00",
    "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount": "1246.30",
    "cac:LegalMonetaryTotal/cbc:PayableAmount": "1246.30",
    "cac:InvoiceLine/cbc:ID": "1",
    "cac:InvoiceLine/cbc:InvoicedQuantity": "2.00",
    "cac:InvoiceLine/cac:Item/cbc:Name": "Runway 05/23",
    "cac:InvoiceLine/cac:Item/cbc:Description": "AERO-12, 2026-06-23",
    "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory/cbc:ID": "S",
    "cac:InvoiceLine/cac:Price/cbc:PriceAmount": "420.00",
}


def test_every_mandatory_element_is_there() -> None:
    root = parsed(invoice())

    assert {path: text(root, path) for path in MANDATORY} == MANDATORY


def test_elements_stand_in_the_order_of_the_schema() -> None:
    order = [element.tag.partition("}")[2] for element in parsed(invoice())]

    assert order == [
        "CustomizationID", "ProfileID", "ID", "IssueDate", "DueDate", "InvoiceTypeCode", "DocumentCurrencyCode",
        "BuyerReference", "InvoicePeriod", "AccountingSupplierParty", "AccountingCustomerParty", "PaymentMeans",
        "TaxTotal", "LegalMonetaryTotal", "InvoiceLine", "InvoiceLine",
    ]  # fmt: skip


def test_units_are_codes_of_recommendation_20() -> None:
    units = [found.get("unitCode") for found in parsed(invoice()).findall(".//cbc:InvoicedQuantity", SPACES)]

    assert units == ["HUR", "C62"]


def test_every_amount_says_its_currency() -> None:
    without = [
        element.tag
        for element in parsed(invoice()).iter()
        if element.tag.endswith("Amount") and element.get("currencyID") != "EUR"
    ]

    assert without == []


def test_equal_invoices_are_equal_bytes() -> None:
    assert ubl_invoice(invoice()) == ubl_invoice(invoice())


LINES = st.builds(
    lambda quarters, unit_cents: Line(
        "x",
        Unit.HOUR,
        Decimal(quarters) / 4,
        Decimal(unit_cents) / 100,
        cents(Decimal(quarters) / 4 * Decimal(unit_cents) / 100),
    ),
    st.integers(1, 400),
    st.integers(0, 10**6),
)


@given(
    st.lists(
        st.builds(
            lambda lines, pct: charge(*lines, vat_pct=pct),
            st.lists(LINES, min_size=1, max_size=4),
            st.sampled_from([0, 9, 21]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_sums_are_those_that_en_16931_checks(charges: list[Charge]) -> None:
    root = parsed(invoice(*charges))
    lines = amounts(root, "cac:InvoiceLine/cbc:LineExtensionAmount")
    (total_ex_vat,) = amounts(root, "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount")
    (payable,) = amounts(root, "cac:LegalMonetaryTotal/cbc:PayableAmount")
    (vat,) = amounts(root, "cac:TaxTotal/cbc:TaxAmount")
    taxable = amounts(root, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount")
    shares = amounts(root, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount")
    pcts = amounts(root, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent")

    # BR-CO-10, -13, -14, -15, BR-S-08, BR-CO-17 and PEPPOL-EN16931-R120
    assert sum(lines) == total_ex_vat == sum(taxable)
    assert sum(shares) == vat
    assert payable == total_ex_vat + vat
    assert shares == [cents(base * pct / 100) for base, pct in zip(taxable, pcts, strict=True)]
    assert len(set(pcts)) == len(pcts)
    for line in root.findall("cac:InvoiceLine", SPACES):
        (quantity,) = amounts(line, "cbc:InvoicedQuantity")
        (unit_price,) = amounts(line, "cac:Price/cbc:PriceAmount")
        (amount,) = amounts(line, "cbc:LineExtensionAmount")
        assert amount == cents(quantity * unit_price)
