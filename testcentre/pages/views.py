"""Views of the console: sign-in works without scripts; the other pages are frames for the scripts."""

from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_request
from testcentre.accounts.roles import Permission
from testcentre.pages.frame import THEME_COOKIE, THEMES, for_asker, home_of, page, theme_of

YEAR_S = 365 * 24 * 3600
LONGEST_SIGN_IN = 320  # characters of an e-mail address (RFC 3696, erratum 1690)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead to where the asker's work begins, or to the sign-in page."""
    asker = asker_of_request(request)
    return redirect(home_of(asker) if asker else "sign-in")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the sign-in form, or open a session and go on to `next` (of this host only) or home."""
    onward = _safe(request, request.POST.get("next") or request.GET.get("next") or "")
    email, wrong = request.POST.get("email", "").strip(), ""
    if request.method == "POST":
        user = None
        if len(email) <= LONGEST_SIGN_IN and "\0" not in email:
            user = auth.authenticate(request, username=email, password=request.POST.get("password", ""))
        if user is not None:
            auth.login(request, user)
            asker = asker_of_request(request)
            if asker is not None:
                return redirect(onward or home_of(asker))
            auth.logout(request)
            wrong = gettext("You belong to no organisation yet. Ask the range manager to add you to one.")
        else:
            wrong = gettext("E-mail address and password do not fit. Check both; capitals count in the password.")
    elif (asker := asker_of_request(request)) is not None:
        return redirect(onward or home_of(asker))
    context = {"next": onward, "email": email, "wrong": wrong, "theme": theme_of(request)}
    return render(request, "pages/sign_in.html", context, status=422 if wrong else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("sign-in")


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language or theme in a cookie, and go back."""
    response = redirect(_safe(request, request.POST.get("next", "")) or "/")
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    if theme in THEMES:
        _keep(response, THEME_COOKIE, theme)
    return response


@require_GET
@for_asker(Permission.BOOK)
def book(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Ask for a slot: need, day, refusals, alternatives."""
    return page(request, asker, name="book", title=gettext("Book a slot"))


@require_GET
@for_asker(Permission.SEE_BOOKINGS)
def bookings(request: HttpRequest, asker: Asker) -> HttpResponse:
    """List the bookings that the asker may see, with what may be done to each."""
    return page(request, asker, name="bookings", title=gettext("Bookings"))


@require_GET
@for_asker(Permission.WRITE_FLEET)
def documents(request: HttpRequest, asker: Asker) -> HttpResponse:
    """List and keep aircraft, pilots and their papers."""
    return page(request, asker, name="documents", title=gettext("Documents"))


@require_GET
@for_asker(Permission.SEE_BOOKINGS)
def connections(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Choose how bookings leave: calendar feeds, e-mails, webhooks."""
    return page(request, asker, name="connections", title=gettext("Connections"))


@require_GET
@for_asker(Permission.WATCH_RANGE)
def range_(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Watch the range live."""
    return page(request, asker, name="range", title=gettext("Range"))


@require_GET
@for_asker(Permission.WATCH_RANGE)
def day(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Run the range's day: its bookings in order, their gates, what they wait for."""
    return page(request, asker, name="day", title=gettext("Day"))


@require_GET
@for_asker(Permission.WATCH_RANGE)
def approvals(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Decide what waits for one's approval."""
    return page(request, asker, name="approvals", title=gettext("Approvals"))


@require_GET
@for_asker(Permission.WATCH_RANGE)
def closures(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Take resources out of use, and give them back."""
    return page(request, asker, name="closures", title=gettext("Closures"))


@require_GET
@for_asker(Permission.WATCH_RANGE)
def utilisation(request: HttpRequest, asker: Asker) -> HttpResponse:
    """See how the open hours are used."""
    return page(request, asker, name="utilisation", title=gettext("Utilisation"))


@require_GET
@for_asker(Permission.SEE_FLIGHTS)
def flights(request: HttpRequest, asker: Asker) -> HttpResponse:
    """List the flights."""
    return page(request, asker, name="flights", title=gettext("Flights"))


@require_GET
@for_asker(Permission.SEE_FLIGHTS)
def flight(request: HttpRequest, asker: Asker, flight: UUID) -> HttpResponse:
    """Show one flight; whether the asker may see it is the API's answer, the same for unknown and foreign."""
    return page(request, asker, name="flight", title=gettext("Flight"), flight=str(flight))


def _safe(request: HttpRequest, address: str) -> str:
    fits = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if fits else ""


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR_S, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
