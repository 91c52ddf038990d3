"""The addresses of bookings, below /api/v1/."""

from django.urls import path

from bookings.api.aircraft import AircraftListView, AircraftView
from bookings.api.approvals import ApprovalDelegateView, ApprovalListView
from bookings.api.availability import AvailabilityView
from bookings.api.bookings import BookingListView, BookingView
from bookings.api.calendar_feeds import CalendarFeedListView, CalendarFeedView, CalendarView
from bookings.api.closures import ClosureLiftView, ClosureListView
from bookings.api.deliveries import DeliveryListView, DeliveryReplayView, WebhookTestView
from bookings.api.exports import AircraftExportView, PaperExportView, PilotExportView
from bookings.api.gates import DayView, GatesView, GateView
from bookings.api.geozones import GeozonesView
from bookings.api.invoices import InvoiceLinesView, InvoiceView, WeatherChecksView
from bookings.api.notam import NotamVerbView, NotamView
from bookings.api.notifications import NotificationsView
from bookings.api.papers import PaperListView, PaperView
from bookings.api.pilots import PilotListView, PilotView
from bookings.api.resources import ResourcesView
from bookings.api.schedule import ScheduleView
from bookings.api.search import SearchView
from bookings.api.series import SeriesView
from bookings.api.site import SiteView
from bookings.api.sora import SoraVolumesView
from bookings.api.swap import SwapView
from bookings.api.tariff import TariffView
from bookings.api.utilisation import UtilisationView
from bookings.api.verbs import BookingVerbView
from bookings.api.waiting import WaitingListView, WaitingView
from bookings.api.waivers import WaiversView
from bookings.api.weather_check import WeatherCheckView
from bookings.api.webhooks import WebhookListView, WebhookRotateView, WebhookView

urlpatterns = [
    path("site", SiteView.as_view()),
    path("resources", ResourcesView.as_view()),
    path("availability", AvailabilityView.as_view()),
    path("schedule", ScheduleView.as_view()),
    path("aircraft", AircraftListView.as_view()),
    path("aircraft/<str:aircraft_id>", AircraftView.as_view()),
    path("aircraft.csv", AircraftExportView.as_view()),
    path("pilots", PilotListView.as_view()),
    path("pilots/<str:pilot_id>", PilotView.as_view()),
    path("pilots.csv", PilotExportView.as_view()),
    path("papers", PaperListView.as_view()),
    path("papers/<str:paper_id>", PaperView.as_view()),
    path("papers.csv", PaperExportView.as_view()),
    path("bookings.ics", CalendarView.as_view()),
    path("calendar-feeds", CalendarFeedListView.as_view()),
    path("calendar-feeds/<str:feed_id>", CalendarFeedView.as_view()),
    path("webhooks", WebhookListView.as_view()),
    path("webhooks/<str:webhook_id>", WebhookView.as_view()),
    path("webhooks/<str:webhook_id>/rotate", WebhookRotateView.as_view()),
    path("webhooks/<str:webhook_id>/test", WebhookTestView.as_view()),
    path("webhooks/<str:webhook_id>/deliveries", DeliveryListView.as_view()),
    path("webhooks/<str:webhook_id>/deliveries/<str:delivery_id>/replay", DeliveryReplayView.as_view()),
    path("me/notifications", NotificationsView.as_view()),
    path("approvals", ApprovalListView.as_view()),
    path("day", DayView.as_view()),
    path("bookings", BookingListView.as_view()),
    path("bookings/search", SearchView.as_view()),
    path("bookings/series", SeriesView.as_view()),
    path("bookings/swap", SwapView.as_view()),
    path("bookings/<str:booking_id>", BookingView.as_view()),
    path("bookings/<str:booking_id>/approvals/<str:number>/delegate", ApprovalDelegateView.as_view()),
    path("bookings/<str:booking_id>/waivers", WaiversView.as_view()),
    path("bookings/<str:booking_id>/gates", GatesView.as_view()),
    path("bookings/<str:booking_id>/gates/<str:name>", GateView.as_view()),
    path("bookings/<str:booking_id>/weather-check", WeatherCheckView.as_view()),
    path("bookings/<str:booking_id>/notam", NotamView.as_view()),
    path("bookings/<str:booking_id>/notam/<str:verb>", NotamVerbView.as_view()),
    path("bookings/<str:booking_id>/volumes.json", GeozonesView.as_view()),
    path("sora/volumes", SoraVolumesView.as_view()),
    path("bookings/<str:booking_id>/<str:verb>", BookingVerbView.as_view()),
    path("closures", ClosureListView.as_view()),
    path("closures/<str:closure_id>/lift", ClosureLiftView.as_view()),
    path("waiting", WaitingListView.as_view()),
    path("waiting/<str:entry_id>", WaitingView.as_view()),
    path("utilisation", UtilisationView.as_view()),
    path("tariff", TariffView.as_view()),
    path("invoice-lines", InvoiceLinesView.as_view()),
    path("invoices/<str:organisation>/<str:month>.xml", InvoiceView.as_view()),
    path("weather-checks", WeatherChecksView.as_view()),
]
