"""GET /api/v1/{aircraft,pilots,papers}.csv: the own organisation's fleet and papers for a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from bookings.api.fleet_shapes import aircraft_shape, pilot_shape
from bookings.api.paper_shapes import paper_shape
from bookings.models import Aircraft, Pilot
from bookings.queries.access import aircraft_of, papers_of, pilots_of
from bookings.queries.site import local_today
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.csv_text import csv_lines

CSV = {(200, "text/csv"): OpenApiTypes.STR}
CHUNK = 500  # rows that are read together with their papers: a fleet of any size is never in memory whole
Row = TypeVar("Row", bound=Model)

AIRCRAFT_COLUMNS = (
    "id", "name", "kind", "registration", "serial_number", "operator_number", "class_label", "mtom_kg", "payload_kg",
    "max_speed_m_s", "characteristic_dimension_m", "span_m", "endurance_min", "lost_link_procedure", "insurer",
    "policy_number", "cover_sdr", "insured_until", "mavlink_system_id", "has_signing_key", "allowed_sources",
    "retired_at",
)  # fmt: skip
PILOT_COLUMNS = ("id", "name", "remote_pilot_id", "certificates", "retired_at")
PAPER_COLUMNS = (
    "id", "subject", "name", "aircraft", "pilot", "kind", "number", "issuer", "valid_from", "valid_until", "days_left",
    "cover_sdr",
)  # fmt: skip


class AircraftExportView(APIView):
    """The fleet as a table."""

    @extend_schema(operation_id="aircraft_export", responses=CSV)
    def get(self, request: Request) -> StreamingHttpResponse:
        """Answer every aircraft, retired ones too, one a line; of the signing key only whether there is one."""
        rows = (_aircraft(aircraft) for aircraft in _all(aircraft_of(asker_of(request))))
        return _file("aircraft", AIRCRAFT_COLUMNS, rows)


class PilotExportView(APIView):
    """The pilots as a table."""

    @extend_schema(operation_id="pilots_export", responses=CSV)
    def get(self, request: Request) -> StreamingHttpResponse:
        """Answer every pilot, retired ones too, one a line."""
        rows = (_pilot(pilot) for pilot in _all(pilots_of(asker_of(request))))
        return _file("pilots", PILOT_COLUMNS, rows)


class PaperExportView(APIView):
    """The papers as a table."""

    @extend_schema(operation_id="papers_export", responses=CSV)
    def get(self, request: Request) -> StreamingHttpResponse:
        """Answer every paper, one a line; what ends first comes first."""
        today = local_today(utc_now())
        papers = papers_of(asker_of(request)).order_by("valid_until", "id").iterator(chunk_size=CHUNK)
        return _file("papers", PAPER_COLUMNS, (paper_shape(paper, today=today) for paper in papers))


def _all(rows: "QuerySet[Row]") -> Iterator[Row]:
    return rows.order_by("name", "id").iterator(chunk_size=CHUNK)


def _aircraft(aircraft: Aircraft) -> dict[str, Any]:
    shape = aircraft_shape(aircraft)
    insurance = shape.pop("insurance") or {}
    return {
        **shape,
        "allowed_sources": " ".join(shape["allowed_sources"]),
        "insurer": insurance.get("insurer"),
        "policy_number": insurance.get("policy_number"),
        "cover_sdr": insurance.get("cover_sdr"),
        "insured_until": insurance.get("valid_until"),
    }


def _pilot(pilot: Pilot) -> dict[str, Any]:
    shape = pilot_shape(pilot)
    proofs = (f"{one['kind']} {one['number']} until {one['valid_until']}" for one in shape["certificates"])
    return {**shape, "certificates": "; ".join(proofs)}


def _file(name: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8", headers=headers)
