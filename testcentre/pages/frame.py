"""The frame of every page: who is signed in, where they may go, which theme and words the scripts get."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from bookings.models.site import Site
from bookings.queries.approvals import waiting_steps
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_request
from testcentre.accounts.roles import Permission
from testcentre.foundation import problems
from testcentre.foundation.clock import utc_now
from testcentre.pages.words import WORDS

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
PLACES = (
    ("range", _("Range"), Permission.WATCH_RANGE),
    ("day", _("Day"), Permission.WATCH_RANGE),
    ("approvals", _("Approvals"), Permission.WATCH_RANGE),
    ("closures", _("Closures"), Permission.WATCH_RANGE),
    ("book", _("Book"), Permission.BOOK),
    ("bookings", _("Bookings"), Permission.SEE_BOOKINGS),
    ("documents", _("Documents"), Permission.WRITE_FLEET),
    ("flights", _("Flights"), Permission.SEE_FLIGHTS),
    ("utilisation", _("Utilisation"), Permission.WATCH_RANGE),
    ("connections", _("Connections"), Permission.SEE_BOOKINGS),
)

P = ParamSpec("P")
AskedView = Callable[Concatenate[HttpRequest, Asker, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_asker(permission: Permission) -> Callable[[AskedView[P]], View[P]]:
    """Let a view answer those who have the permission; others go to the sign-in page or see a 403."""

    def decorate(view: AskedView[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            asker = asker_of_request(request)
            if asker is None:
                return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")
            if not asker.may(permission):
                return problems.forbidden(request, reason=gettext("Your role does not open this page."))
            return view(request, asker, *args, **kwargs)

        return answer

    return decorate


def home_of(asker: Asker) -> str:
    """Return the address of the page where somebody's work begins: the first place that the role opens."""
    return reverse(next(name for name, _title, permission in PLACES if asker.may(permission)))


def theme_of(request: HttpRequest) -> str:
    """Return the chosen theme, or nothing: then the browser's preference decides."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def _brand(site: Site | None) -> str:
    # an exercise says so in its name and, in the header, by a mark of its own: once is enough there
    return site.name.removeprefix("EXERCISE").lstrip(" —") if site else gettext("Test centre")


def _waiting(asker: Asker) -> int:
    """Return how many approvals wait for the asker."""
    if not asker.may(Permission.APPROVE):
        return 0
    return waiting_steps(asker, everybody=False, now=utc_now()).count()


def page(request: HttpRequest, asker: Asker, *, name: str, title: str, **facts: Any) -> HttpResponse:
    """Answer with the frame of one page; `facts` are what its script gets besides."""
    site = Site.objects.first()
    for_script = {
        "asker": {"organisation": asker.organisation_name, "slug": asker.organisation_slug, "label": asker.label,
                  "role": asker.role, "range": asker.is_range, "may": sorted(p for p in Permission if asker.may(p))},
        "timezone": site.timezone if site else "UTC",
        "language": get_language(),
        "csrf": get_token(request),
        "words": {word: gettext(word) for word in WORDS} if get_language() != settings.LANGUAGE_CODE else {},
        **facts,
    }  # fmt: skip
    context = {
        "name": name,
        "title": title,
        "script": f"src/pages/{name}.ts",
        "asker": asker,
        "brand": _brand(site),
        "exercise": bool(site and site.exercise),
        "theme": theme_of(request),
        "places": [(place, label, reverse(place)) for place, label, needed in PLACES if asker.may(needed)],
        "waiting": _waiting(asker),
        "for_script": for_script,
    }
    return render(request, "pages/island.html", context)
