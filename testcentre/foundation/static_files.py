"""WhiteNoise under both servers: static files are read in pieces, and never in the event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse, WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise has no types
    """Answer with static files; under ASGI WhiteNoise alone would have each read whole, with a warning from Django."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        response: HttpResponseBase = super().__call__(request)
        if isinstance(request, ASGIRequest) and isinstance(response, WhiteNoiseFileResponse):
            response.streaming_content = _read_in_a_thread(iter(response))
        return response


async def _read_in_a_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
