"""Every address that Django answers; live sockets, ingest and uploads have doors of their own (asgi.py)."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from testcentre.accounts import schema as _  # noqa: F401 — tells the API schema how one signs in
from testcentre.foundation import problems
from testcentre.health import healthz, readyz
from testcentre.metrics import metrics

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("api/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema")),
    path("api/v1/", include("bookings.api.urls")),
    path("api/v1/", include("telemetry.api.urls")),
    path("", include("testcentre.pages.urls")),
]

handler400 = problems.bad_request
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.server_error
