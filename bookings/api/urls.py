"""The addresses of bookings, below /api/v1/."""

from django.urls import path

from bookings.api.aircraft import AircraftListView, AircraftView
from bookings.api.availability import AvailabilityView
from bookings.api.bookings import BookingListView, BookingView
from bookings.api.pilots import PilotListView, PilotView
from bookings.api.resources import ResourcesView
from bookings.api.schedule import ScheduleView
from bookings.api.site import SiteView
from bookings.api.verbs import BookingVerbView

urlpatterns = [
    path("site", SiteView.as_view()),
    path("resources", ResourcesView.as_view()),
    path("availability", AvailabilityView.as_view()),
    path("schedule", ScheduleView.as_view()),
    path("aircraft", AircraftListView.as_view()),
    path("aircraft/<str:aircraft_id>", AircraftView.as_view()),
    path("pilots", PilotListView.as_view()),
    path("pilots/<str:pilot_id>", PilotView.as_view()),
    path("bookings", BookingListView.as_view()),
    path("bookings/<str:booking_id>", BookingView.as_view()),
    path("bookings/<str:booking_id>/<str:verb>", BookingVerbView.as_view()),
]
