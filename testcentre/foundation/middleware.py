"""What every answer of Django gets: no shared caching, and a limit on what comes in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from testcentre.foundation.errors import Malformed, Refusal, TooLarge
from testcentre.foundation.problems import problem_response

LONGEST_QUERY = 16_384


class CacheAndSize:
    """Refuse bodies over the limit before they are read, and keep answers out of shared caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        refused = self._refuse(request)
        response = problem_response(refused) if refused else self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def _refuse(self, request: HttpRequest) -> TooLarge | Malformed | None:
        length = request.headers.get("Content-Length") or "0"
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length.isdigit() and int(length[:20]) > limit:
            return TooLarge(
                Refusal(
                    "body_too_large", "The body is too large.", "", f"at most {limit} bytes", f"{length[:20]} bytes"
                )
            )
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return Malformed(
                Refusal("nul_in_address", "The address holds a NUL character.", "", "text without NUL", "NUL")
            )
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            return Malformed(
                Refusal("query_too_long", "The query is too long.", "", f"at most {LONGEST_QUERY} characters", "more")
            )
        return None
