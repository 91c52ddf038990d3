"""/api/v1/papers: insurances, authorisations and proofs of the own organisation, its aircraft and its pilots."""

import datetime as dt

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.keep_papers import add_paper, change_paper, remove_paper
from bookings.api.fields import Day, Id, changes_schema, object_schema, uuid_of
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS
from bookings.api.paper_shapes import PAPER, PAPER_CHANGES, paper_shape, read_paper, read_paper_changes
from bookings.api.requests import IF_MATCH, body_of, django_request, id_in_address, version_required_of
from bookings.models import Paper
from bookings.queries.access import access_paper, papers_of
from bookings.queries.site import local_today
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, Refusal
from testcentre.foundation.pagination import cursor_of, limit_of, page


def etag_of(paper: Paper) -> str:
    """Return the paper's version as a strong ETag."""
    return f'"{paper.version}"'


class PaperListView(APIView):
    """The papers."""

    @extend_schema(
        operation_id="papers_list",
        parameters=[
            OpenApiParameter("expires_before", OpenApiTypes.DATE, description="Those that end before this day."),
            OpenApiParameter("aircraft", OpenApiTypes.UUID, description="Those of one aircraft."),
            OpenApiParameter("pilot", OpenApiTypes.UUID, description="Those of one pilot."),
            *PAGE_PARAMETERS,
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer one page of the own organisation's papers; what ends first comes first."""
        plain, limit = django_request(request), limit_of(django_request(request))
        rows = papers_of(asker_of(request)).filter(_wanted(request), _after(cursor_of(plain, parts=2)))
        found = list(rows.order_by("valid_until", "id")[: limit + 1])
        today = local_today(utc_now())
        return Response(
            page(
                plain,
                found,
                limit=limit,
                key=lambda paper: (paper.valid_until, paper.id),
                show=lambda paper: paper_shape(paper, today=today),
            )
        )

    @extend_schema(
        operation_id="papers_add",
        request={"application/json": object_schema(PAPER)},
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Add a paper to an aircraft, a pilot or the organisation."""
        now = utc_now()

        def work() -> Answer:
            facts, subject = read_paper(body_of(request))
            paper = add_paper(asker_of(request), facts, now=now, **subject)
            return Answer(201, paper_shape(paper, today=local_today(now)), etag_of(paper))

        return once(request, work, now=now)


class PaperView(APIView):
    """One paper."""

    @extend_schema(operation_id="papers_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, paper_id: str) -> Response:
        """Answer a paper of the own organisation; any other is not found."""
        paper = access_paper(asker_of(request), id_in_address(paper_id))
        return _answer(paper, now=utc_now())

    @extend_schema(
        operation_id="papers_change",
        request={"application/json": changes_schema(PAPER_CHANGES)},
        parameters=[IF_MATCH],
        responses=OpenApiTypes.OBJECT,
    )
    def patch(self, request: Request, paper_id: str) -> Response:
        """Renew or correct it, which heals bookings that need it; 428 without version, 412 when it has changed."""
        now, version = utc_now(), version_required_of(request)
        changes = read_paper_changes(body_of(request))
        paper = change_paper(asker_of(request), id_in_address(paper_id), changes, now=now, version=version)
        return _answer(paper, now=now)

    @extend_schema(operation_id="papers_remove", parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, paper_id: str) -> Response:
        """Remove it; bookings that needed it need attention. 428 without version, 412 when changed."""
        remove_paper(asker_of(request), id_in_address(paper_id), now=utc_now(), version=version_required_of(request))
        return Response(status=204)


def _answer(paper: Paper, *, now: dt.datetime) -> Response:
    return Response(paper_shape(paper, today=local_today(now)), headers={"ETag": etag_of(paper)})


def _wanted(request: Request) -> Q:
    faults: list[Refusal] = []
    wanted = Q()
    if "expires_before" in request.GET:
        wanted &= Q(valid_until__lt=Day().read(request.GET["expires_before"], "expires_before", faults))
    for name in ("aircraft", "pilot"):
        if name in request.GET:
            wanted &= Q(**{f"{name}_id": Id().read(request.GET[name], name, faults)})
    if faults:
        raise Malformed(*faults)
    return wanted


def _after(cursor: tuple[str, ...] | None) -> Q:
    if cursor is None:
        return Q()
    its_id = uuid_of(cursor[1])
    try:
        day = dt.date.fromisoformat(cursor[0])
    except ValueError:
        day = None
    if its_id is None or day is None:
        raise Malformed(
            Refusal("bad_cursor", "The cursor is not one of ours.", "cursor", "the `next` of a page before", "")
        )
    return Q(valid_until__gt=day) | Q(valid_until=day, id__gt=its_id)
