"""Addresses of the console."""

from django.urls import path

from testcentre.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("preferences/", views.preferences, name="preferences"),
    path("book/", views.book, name="book"),
    path("bookings/", views.bookings, name="bookings"),
    path("documents/", views.documents, name="documents"),
    path("connections/", views.connections, name="connections"),
    path("range/", views.range_, name="range"),
    path("day/", views.day, name="day"),
    path("approvals/", views.approvals, name="approvals"),
    path("closures/", views.closures, name="closures"),
    path("utilisation/", views.utilisation, name="utilisation"),
    path("flights/", views.flights, name="flights"),
    path("flights/<uuid:flight>/", views.flight, name="flight"),
]
