"""JSON in and out for Django REST Framework: strict in, compact out, whatever a client says it accepts."""

from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.conf import settings
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from testcentre.foundation.errors import Malformed, Refusal
from testcentre.foundation.json_body import parse_json


class StrictJSONParser(BaseParser):
    """Read a JSON object; everything else is refused with what was expected."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object in the body.

        Raises:
            Malformed, TooLarge: see `parse_json`; also when the document is no object.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        value = parse_json(stream.read(limit + 1), limit_bytes=limit)
        if not isinstance(value, dict):
            kind = "null" if value is None else type(value).__name__
            raise Malformed(Refusal("not_an_object", "The body must be a JSON object.", "", "an object", kind))
        return value


class JSONRenderer(BaseRenderer):
    """Write JSON with msgspec: datetimes as RFC 3339, UUIDs as text."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return the encoded body; nothing for an answer without one."""
        return b"" if data is None else msgspec.json.encode(data, enc_hook=_plain)


def _plain(value: Any) -> Any:
    """Turn the lazy and list-like objects of DRF into plain ones."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)


class JSONWhateverIsAccepted(BaseContentNegotiation):
    """Always answer in the view's first format: a refusal must never be lost for an Accept header."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return the parser for the body's content type, or None (415)."""
        content_type = request.content_type.split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Return the first renderer and its media type."""
        return renderers[0], renderers[0].media_type
