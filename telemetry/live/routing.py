"""Where the live sockets are."""

from channels.routing import URLRouter
from django.urls import path, re_path

from telemetry.live.consumers import LiveConsumer, NowhereConsumer

live_app = URLRouter(
    [
        path("ws/range", LiveConsumer.as_asgi()),
        path("ws/flights/<uuid:flight>", LiveConsumer.as_asgi()),
        re_path(r"", NowhereConsumer.as_asgi()),
    ]
)
