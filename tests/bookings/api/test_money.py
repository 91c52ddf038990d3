import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.api.invoices import COLUMNS
from bookings.models import Booking, BookingPrice
from bookings.rules.facts import Classification
from testcentre.accounts.models import Organisation
from testcentre.foundation.clock import to_rfc3339, utc_now
from tests.bookings.api.client import codes, get, post
from tests.people import person

if TYPE_CHECKING:
    from tests.bookings.api.client import Desk
    from tests.people import Person

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
ILS_2_H = {"resources": ["ILS-23"], "minutes": 120}
JUNE = "from=2026-06-01T00:00:00Z&to=2026-07-01T00:00:00Z"


def confirmed(desk: "Desk", operator: "Person", **more: Any) -> str:
    made = desk.book(**{**ILS_2_H, **more})
    assert made.status_code == 201, made.content
    assert post(operator, f"bookings/{made.json()['id']}/confirm").status_code == 200
    return str(made.json()["id"])


def charged(desk: "Desk", operator: "Person", *, at: str = "2026-06-23T10:00:00Z", **more: Any) -> str:
    """Make a booking whose price fell due at some time."""
    booking_id = confirmed(desk, operator, **more)
    assert post(desk.who, f"bookings/{booking_id}/cancel").status_code == 200
    BookingPrice.objects.filter(booking_id=booking_id, due=True).update(made_at=dt.datetime.fromisoformat(at))
    return booking_id


def records(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_a_dry_run_tells_the_price_of_the_booking(aero: "Desk", operator: "Person") -> None:
    told = aero.book(**ILS_2_H, dry_run=True).json()["price"]
    made = aero.book(**ILS_2_H).json()["price"]

    assert told["lines"] == [
        {
            "what": "ILS runway 23 for tests",
            "resource": "ILS-23",
            "unit": "hour",
            "quantity": "2.00",
            "unit_price": "240.00",
            "amount": "480.00",
            "because": [],
        }
    ]
    assert (told["total_ex_vat"], told["vat_pct"], told["vat"], told["total"]) == (
        "480.00",
        "21.00",
        "100.80",
        "580.80",
    )
    assert (told["currency"], told["tariff"]) == ("EUR", "2026-2")
    assert {name: made[name] for name in told} == told
    assert (made["reason"], made["due"], made["site_version"]) == ("requested", False, 1)


def test_a_preview_of_cancelling_tells_the_fee(aero: "Desk", operator: "Person") -> None:
    booking_id = confirmed(aero, operator)

    preview = post(aero.who, f"bookings/{booking_id}/cancel", {"dry_run": True})
    done = post(aero.who, f"bookings/{booking_id}/cancel", {"reason": "broken rotor"})

    assert preview.status_code == 200
    assert (preview.json()["would"], preview.json()["cause"], preview.json()["fee_pct"]) == ("cancel", "own", "80")
    assert preview.json()["price"]["total_ex_vat"] == done.json()["price"]["total_ex_vat"] == "384.00"
    assert (done.json()["state"], done.json()["price"]["due"]) == ("cancelled", True)


def test_weather_is_accepted_with_evidence_and_put_before_the_range(aero: "Desk", operator: "Person") -> None:
    booking_id = confirmed(aero, operator)
    without = post(aero.who, f"bookings/{booking_id}/cancel", {"cause": "weather"})
    with_it = post(aero.who, f"bookings/{booking_id}/cancel", {"cause": "weather", "evidence": "gusts 38 kt"})

    listed = get(operator, "weather-checks").json()["results"]
    checked = post(operator, f"bookings/{booking_id}/weather-check", {"accepted": False, "reason": "METAR: calm"})

    assert (without.status_code, codes(without)) == (422, ["evidence_required"])
    price = with_it.json()["price"]
    assert (price["total"], price["cause"], price["evidence"], price["to_check"]) == (
        "0.00",
        "weather",
        "gusts 38 kt",
        True,
    )
    assert [(claim["booking"], claim["evidence"]) for claim in listed] == [(booking_id, "gusts 38 kt")]
    assert (checked.json()["price"]["total_ex_vat"], checked.json()["price"]["due"]) == ("384.00", True)
    assert get(operator, "weather-checks").json()["results"] == []
    assert get(aero.who, "weather-checks").status_code == 403
    again = post(operator, f"bookings/{booking_id}/weather-check", {"accepted": True, "reason": "x"})
    assert (again.status_code, codes(again)) == (422, ["nothing_to_check"])


@pytest.mark.parametrize(
    ("body", "code"),
    [({"cause": "boredom"}, "not_a_choice"), ({"cause": "range"}, "range_staff_only"), ({"dry_run": "yes"}, "invalid")],
)
def test_bad_cancellations_are_faults_of_form(
    aero: "Desk", operator: "Person", body: dict[str, str], code: str
) -> None:
    booking_id = confirmed(aero, operator)

    answer = post(aero.who, f"bookings/{booking_id}/cancel", body)

    assert (answer.status_code, codes(answer)) == (400, [code])


def test_only_cancelling_has_a_cause(aero: "Desk", operator: "Person") -> None:
    booking_id = aero.book(**ILS_2_H).json()["id"]

    answer = post(operator, f"bookings/{booking_id}/confirm", {"cause": "own"})

    assert (answer.status_code, codes(answer)) == (400, ["unknown_field"])


def test_a_foreign_booking_is_not_there_to_preview(aero: "Desk", heavylift: "Desk", operator: "Person") -> None:
    booking_id = confirmed(aero, operator)

    assert post(heavylift.who, f"bookings/{booking_id}/cancel", {"dry_run": True}).status_code == 404


def test_a_company_reads_its_own_charges_and_the_manager_all(
    aero: "Desk", heavylift: "Desk", operator: "Person"
) -> None:
    ours = charged(aero, operator)
    theirs = charged(heavylift, operator, resources=["ILS-05"])
    manager = person("range/manager")

    def seen(who: "Person", more: str = "") -> list[str]:
        return [each["booking"] for each in get(who, f"invoice-lines?{JUNE}{more}").json()["results"]]

    assert seen(aero.who) == [ours]
    assert seen(aero.who, "&organisation=heavylift") == []
    assert sorted(seen(manager)) == sorted([ours, theirs])
    assert seen(person("range/auditor"), "&organisation=heavylift") == [theirs]
    assert [get(who, f"invoice-lines?{JUNE}").status_code for who in (operator, person("aero/pilot"))] == [403, 403]


def test_charges_come_in_pages(aero: "Desk", operator: "Person") -> None:
    made = [charged(aero, operator, at=f"2026-06-2{day}T10:00:00Z") for day in (1, 2, 3)]

    first = get(aero.who, f"invoice-lines?{JUNE}&limit=2").json()
    second = get(aero.who, first["next"].removeprefix("/api/v1/")).json()

    assert [each["booking"] for each in (*first["results"], *second["results"])] == made
    assert second["next"] is None


def test_the_csv_has_a_line_for_each_line_and_no_formulas(aero: "Desk", operator: "Person") -> None:
    Organisation.objects.filter(slug="aero").update(name='=HYPERLINK("http://x")')
    charged(aero, operator)

    answer = get(aero.who, f"invoice-lines?{JUNE}&format=csv")
    (line,) = records(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert list(line) == list(COLUMNS)
    assert (line["line"], line["quantity"], line["amount"], line["vat_pct"]) == ("AERO-1/1", "1.00", "384.00", "21.00")
    assert line["organisation_name"] == '\'=HYPERLINK("http://x")'


def test_bad_questions_are_refused(aero: "Desk") -> None:
    assert codes(get(aero.who, f"invoice-lines?{JUNE}&format=xls")) == ["not_a_choice"]
    assert get(aero.who, "invoice-lines").status_code == 400
    assert codes(get(aero.who, f"invoice-lines?{JUNE}&cursor=!")) == ["bad_cursor"]


def test_an_invoice_is_the_same_whenever_it_is_asked_for(aero: "Desk", operator: "Person") -> None:
    charged(aero, operator)
    first = get(aero.who, "invoices/aero/2026-06.xml")
    charged(aero, operator, at="2026-07-01T00:00:00+02:00")

    second = get(person("range/manager"), "invoices/aero/2026-06.xml")

    assert first.status_code == 200
    assert first["Content-Type"] == "application/xml"
    assert first.content == second.content
    root = fromstring(first.content)
    assert (root.findtext(f"{CBC}ID"), root.findtext(f".//{CBC}PayableAmount")) == ("AERO-2026-06", "464.64")


def test_the_month_is_that_of_the_local_clock(aero: "Desk", operator: "Person") -> None:
    charged(aero, operator, at="2026-06-30T22:30:00Z")

    assert get(aero.who, "invoices/aero/2026-06.xml").status_code == 404
    assert get(aero.who, "invoices/aero/2026-07.xml").status_code == 200


def test_what_is_no_invoice_is_not_found_or_refused(aero: "Desk", heavylift: "Desk", operator: "Person") -> None:
    charged(aero, operator)
    now = utc_now()
    charged(aero, operator, at=to_rfc3339(now))
    for month in ("2026-05", "2026-13", "26-06", "2026-06-01"):
        assert get(aero.who, f"invoices/aero/{month}.xml").status_code == 404, month

    assert get(heavylift.who, "invoices/aero/2026-06.xml").status_code == 404
    assert get(aero.who, "invoices/nobody/2026-06.xml").status_code == 404
    assert get(operator, "invoices/aero/2026-06.xml").status_code == 403
    early = get(aero.who, f"invoices/aero/{now.astimezone(ZoneInfo('Europe/Amsterdam')):%Y-%m}.xml")
    assert (early.status_code, codes(early)) == (422, ["month_not_over"])


def test_who_has_no_address_in_the_site_file_gets_no_xml(aero: "Desk", operator: "Person") -> None:
    charged(aero, operator)
    Organisation.objects.filter(slug="aero").update(slug="aero-two")

    answer = get(person("range/manager"), "invoices/aero-two/2026-06.xml")

    assert (answer.status_code, codes(answer)) == (422, ["no_invoice_address"])


def test_exports_of_a_restricted_booking_say_only_that_there_is_one(aero: "Desk", operator: "Person") -> None:
    booking_id = charged(aero, operator, purpose="secret sensor")
    Booking.objects.filter(pk=booking_id).update(classification=Classification.DEP_V)
    BookingPrice.objects.filter(booking_id=booking_id, due=True).update(
        lines=[{"what": "Laser range", "unit": "hour", "quantity": "1.00", "unit_price": "384.00", "amount": "384.00"}]
    )

    texts = [
        get(person("range/manager"), path).content.decode()
        for path in (f"invoice-lines?{JUNE}", f"invoice-lines?{JUNE}&format=csv", "invoices/aero/2026-06.xml")
    ]

    for text in texts:
        assert "Restricted booking" in text
        assert "384.00" in text
        assert "Laser" not in text
        assert "sensor" not in text
    assert get(operator, f"bookings/{booking_id}").json()["price"] is None


def test_the_tariff_is_for_everybody_who_is_signed_in(aero: "Desk") -> None:
    tariff = get(person("heavylift/viewer"), "tariff").json()

    assert (tariff["name"], tariff["site_version"], tariff["rates"][0]["price"]) == ("2026-2", 1, "420.00")
    assert "customers" not in json.dumps(tariff)


def test_a_list_costs_the_same_queries_however_many_bookings(aero: "Desk", operator: "Person") -> None:
    counts = []
    for _ in range(2):
        confirmed(aero, operator, resources=["C2-BAND"], minutes=30)
        with CaptureQueriesContext(connection) as queries:
            get(aero.who, "bookings")
        counts.append(len(queries))
        aero.aircraft, aero.pilot = type(aero)(aero.who).aircraft, type(aero)(aero.who).pilot

    assert counts[0] == counts[1]
