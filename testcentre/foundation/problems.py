"""Errors as RFC 9457 problem+json: the one place where the domain's errors meet HTTP."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework import exceptions as drf
from rest_framework.response import Response

from testcentre.foundation import errors

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
STATUS_OF: dict[type[errors.DomainError], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Clash: 409,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.UnsupportedType: 415,
    errors.Refused: 422,
    errors.PreconditionRequired: 428,
    errors.Throttled: 429,
    errors.Unavailable: 503,
    errors.StorageFull: 507,
}
TITLE_OF = {
    400: "Malformed request", 401: "Not signed in", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    406: "Not acceptable", 413: "Too large", 415: "Unsupported media type", 429: "Too many requests", 500: "Our fault",
    503: "Not available now",
}  # fmt: skip


_DJANGO_S_OWN: tuple[tuple[type[Exception], int, str, dict[str, str]], ...] = (
    (Http404, 404, "", {}),
    (PermissionDenied, 403, "", {}),
    (RequestDataTooBig, 413, "The body is over the limit.", {}),
    (SuspiciousOperation, 400, "", {}),
    (OperationalError, 503, "The database does not answer; nothing was done. Try again.", {"Retry-After": "2"}),
)


def problem_body(
    status: int,
    *,
    detail: str = "",
    title: str = "",
    refusals: tuple[errors.Refusal, ...] = (),
    alternatives: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    """Return the body of a problem: `{type, title, status, detail, errors, alternatives}`."""
    title = title or TITLE_OF.get(status) or HTTPStatus(status).phrase
    return {
        "type": f"about:blank#{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "errors": [refusal.as_dict() for refusal in refusals],
        "alternatives": list(alternatives),
    }


def status_of(error: errors.DomainError) -> int:
    """Return the HTTP status of a domain error, also of a subclass that an app defines."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def describe(error: errors.DomainError) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Return status, extra headers and body of a domain error."""
    status = status_of(error)
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s is not None else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = problem_body(
        status, detail=error.detail, title=error.title, refusals=error.refusals, alternatives=error.alternatives
    )
    return status, headers, body


def problem_response_bytes(error: errors.DomainError) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, raw headers and body for a bare ASGI door."""
    status, extra, problem = describe(error)
    body = json.dumps(problem).encode()
    headers = {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(body)), "Cache-Control": "no-store", **extra}
    return status, [(name.lower().encode(), value.encode()) for name, value in headers.items()], body


def problem_response(error: errors.DomainError) -> HttpResponse:
    """Return a Django response for a domain error."""
    status, headers, body = describe(error)
    return HttpResponse(json.dumps(body), status=status, content_type=CONTENT_TYPE, headers=headers)


def exception_handler(exc: Exception, _context: Mapping[str, Any]) -> Response | None:
    """Turn every error of a DRF view into a problem; what it does not know becomes a logged 500 without detail."""
    if isinstance(exc, errors.DomainError):
        status, headers, body = describe(exc)
        return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)
    status, detail, headers = _known(exc)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("a view failed", exc_info=exc)
    refusals = _of_fields(exc.detail) if isinstance(exc, drf.ValidationError) else ()
    return Response(
        problem_body(status, detail=detail, refusals=refusals),
        status=status,
        headers=headers,
        content_type=CONTENT_TYPE,
    )


def _known(exc: Exception) -> tuple[int, str, dict[str, str]]:
    if isinstance(exc, drf.APIException):
        headers = {"WWW-Authenticate": "Bearer"} if exc.status_code == HTTPStatus.UNAUTHORIZED else {}
        detail = "" if isinstance(exc, drf.ValidationError) else str(exc.detail)
        return exc.status_code, detail, headers
    for kind, status, detail, headers in _DJANGO_S_OWN:
        if isinstance(exc, kind):
            return status, detail, headers
    return 500, "The request failed on our side; nothing of it is certain. Try again, or tell range staff.", {}


def _of_fields(detail: Any, field: str = "") -> tuple[errors.Refusal, ...]:
    if isinstance(detail, dict):
        return tuple(r for name, inner in detail.items() for r in _of_fields(inner, f"{field}.{name}".lstrip(".")))
    if isinstance(detail, list):
        return tuple(
            r for n, inner in enumerate(detail)
            for r in _of_fields(inner, field if isinstance(inner, str) else f"{field}[{n}]")
        )  # fmt: skip
    return (errors.Refusal(getattr(detail, "code", "invalid"), str(detail), field=field),)


def wants_problem(request: HttpRequest) -> bool:
    """Say whether a program asks (problem+json) or a browser (a page)."""
    return request.path.startswith(("/api/", "/ws/", "/metrics", "/healthz", "/readyz")) or not request.accepts(
        "text/html"
    )


def page_or_problem(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """Return an error as a page for browsers and as a problem for programs."""
    if wants_problem(request):
        return HttpResponse(json.dumps(problem_body(status, detail=detail)), status=status, content_type=CONTENT_TYPE)
    return render(request, "error.html", problem_body(status, detail=detail), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses (handler400)."""
    return page_or_problem(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Answer a request without the right, or with a failed CSRF check (handler403, CSRF_FAILURE_VIEW)."""
    return page_or_problem(request, 403, detail=reason)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an unknown path (handler404)."""
    return page_or_problem(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a failure of our own (handler500)."""
    return page_or_problem(request, 500)
