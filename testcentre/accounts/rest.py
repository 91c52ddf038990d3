"""Accounts at the API's edge: keys and sessions for Django REST Framework."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_key, asker_of_request, bearer_of

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this very module
    from rest_framework.views import APIView


def asker_of(request: Request) -> Asker:
    """Return who asks; only for views behind `SignedIn`, which has made sure that somebody does."""
    asker: Asker = request.user  # type: ignore[assignment]
    return asker


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`; `request.user` becomes an Asker."""

    def authenticate(self, request: Request) -> tuple[Asker, None] | None:
        """Return who has the key, or None without one.

        Raises:
            AuthenticationFailed: the key is nobody's, over or revoked.
        """
        header = get_authorization_header(request).decode("latin-1")
        if not header.strip():
            return None
        key = bearer_of(header)
        asker = asker_of_key(key) if key else None
        if asker is None:
            raise AuthenticationFailed("The API key is not valid: unknown, over or revoked.")
        return asker, None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return "Bearer"


class SessionAuthentication(BaseAuthentication):
    """The session of a page; requests that change something need its CSRF token."""

    def authenticate(self, request: Request) -> tuple[Asker, None] | None:
        """Return who is signed in, or None.

        Raises:
            PermissionDenied: the CSRF token is missing or wrong.
        """
        page_request: HttpRequest = request._request  # noqa: SLF001 — the way DRF's own session authentication goes
        asker = asker_of_request(page_request) if hasattr(page_request, "session") else None
        if asker is None:
            return None
        reason = _CsrfCheck(lambda _: HttpResponse()).why_not(page_request)
        if reason:
            raise PermissionDenied(f"CSRF: {reason}. Send the header X-CSRFToken of the page.")
        return asker, None


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason

    def why_not(self, request: HttpRequest) -> str | None:
        self.process_request(request)
        return self.process_view(request, None, (), {})  # type: ignore[arg-type,return-value]


class SignedIn(BasePermission):
    """Whoever is signed in; what the role may do is asked by the views through `Asker.require`."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Say whether anybody is signed in."""
        return isinstance(request.user, Asker)
