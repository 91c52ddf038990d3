"""An invoice as UBL 2.1 after EN 16931-1 and Peppol BIS Billing 3.0; elements stand in the order of the UBL schema."""

from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from bookings.tariff.invoice import Charge, Invoice, Party
from bookings.tariff.money import pct_words, total_of
from bookings.tariff.price import Line
from bookings.tariff.terms import Unit

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_COMMERCIAL_INVOICE, _SEPA_TRANSFER = "380", "58"  # UNTDID 1001 and 4461
# UN/ECE recommendation 20: an hour, and "one" for what it has no code for
_UNIT_CODES = {Unit.HOUR: "HUR", Unit.HALF_DAY: "C62", Unit.BOOKING: "C62"}
_DUTCH_CHAMBER = "0106"

register_namespace("", INVOICE)
register_namespace("cac", CAC)
register_namespace("cbc", CBC)


def ubl_invoice(invoice: Invoice) -> bytes:
    """Return the invoice as an XML document in UTF-8; equal invoices give equal bytes."""
    root = Element(f"{{{INVOICE}}}Invoice")
    for name, text in (
        ("CustomizationID", CUSTOMIZATION),
        ("ProfileID", PROFILE),
        ("ID", invoice.number),
        ("IssueDate", invoice.issued_on.isoformat()),
        ("DueDate", invoice.due_on.isoformat()),
        ("InvoiceTypeCode", _COMMERCIAL_INVOICE),
        ("DocumentCurrencyCode", invoice.currency),
        ("BuyerReference", invoice.number),
    ):
        _text(root, name, text)
    period = _part(root, "InvoicePeriod")
    _text(period, "StartDate", invoice.first_day.isoformat())
    _text(period, "EndDate", invoice.last_day.isoformat())
    _party(_part(root, "AccountingSupplierParty"), invoice.supplier)
    _party(_part(root, "AccountingCustomerParty"), invoice.customer)
    means = _part(root, "PaymentMeans")
    _text(means, "PaymentMeansCode", _SEPA_TRANSFER)
    _text(means, "PaymentID", invoice.number)
    _text(_part(means, "PayeeFinancialAccount"), "ID", invoice.iban)
    _totals(root, invoice)
    lines = [(charge, line) for charge in invoice.charges for line in charge.lines]
    for number, (charge, line) in enumerate(lines, start=1):
        _line(root, number, charge, line, currency=invoice.currency)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _party(parent: Element, party: Party) -> None:
    inner = _part(parent, "Party")
    scheme, _, address = party.electronic_address.partition(":")
    _text(inner, "EndpointID", address, schemeID=scheme)
    _text(_part(inner, "PartyName"), "Name", party.name)
    postal = _part(inner, "PostalAddress")
    _text(postal, "StreetName", party.street)
    _text(postal, "CityName", party.city)
    _text(postal, "PostalZone", party.postal_code)
    _text(_part(postal, "Country"), "IdentificationCode", party.country)
    tax = _part(inner, "PartyTaxScheme")
    _text(tax, "CompanyID", party.vat_number)
    _text(_part(tax, "TaxScheme"), "ID", "VAT")
    legal = _part(inner, "PartyLegalEntity")
    _text(legal, "RegistrationName", party.name)
    scheme_of_number = {"schemeID": _DUTCH_CHAMBER} if party.country == "NL" else {}
    _text(legal, "CompanyID", party.company_number, **scheme_of_number)


def _totals(root: Element, invoice: Invoice) -> None:
    shares = invoice.vat_shares
    tax = _part(root, "TaxTotal")
    _amount(tax, "TaxAmount", total_of(each.vat for each in shares), invoice.currency)
    for each in shares:
        part = _part(tax, "TaxSubtotal")
        _amount(part, "TaxableAmount", each.taxable, invoice.currency)
        _amount(part, "TaxAmount", each.vat, invoice.currency)
        _category(part, "TaxCategory", each.pct)
    money = _part(root, "LegalMonetaryTotal")
    _amount(money, "LineExtensionAmount", invoice.total_ex_vat, invoice.currency)
    _amount(money, "TaxExclusiveAmount", invoice.total_ex_vat, invoice.currency)
    _amount(money, "TaxInclusiveAmount", invoice.total, invoice.currency)
    _amount(money, "PayableAmount", invoice.total, invoice.currency)


def _line(root: Element, number: int, charge: Charge, line: Line, *, currency: str) -> None:
    part = _part(root, "InvoiceLine")
    _text(part, "ID", str(number))
    _text(part, "InvoicedQuantity", f"{line.quantity:.2f}", unitCode=_UNIT_CODES[line.unit])
    _amount(part, "LineExtensionAmount", line.amount, currency)
    item = _part(part, "Item")
    _text(item, "Description", "; ".join((f"{charge.booking_number}, {charge.day}", *line.because)))
    _text(item, "Name", line.what if line.unit is not Unit.HALF_DAY else f"{line.what}, half day")
    _category(item, "ClassifiedTaxCategory", charge.vat_pct)
    _amount(_part(part, "Price"), "PriceAmount", line.unit_price, currency)


def _category(parent: Element, name: str, pct: Decimal) -> None:
    category = _part(parent, name)
    _text(category, "ID", "S" if pct else "Z")
    _text(category, "Percent", pct_words(pct))
    _text(_part(category, "TaxScheme"), "ID", "VAT")


def _part(parent: Element, name: str) -> Element:
    return SubElement(parent, f"{{{CAC}}}{name}")


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, f"{{{CBC}}}{name}", attributes).text = text


def _amount(parent: Element, name: str, amount: Decimal, currency: str) -> None:
    _text(parent, name, f"{amount:.2f}", currencyID=currency)
