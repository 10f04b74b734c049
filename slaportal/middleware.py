"""What every answer gets: the reader's language and time zone, a way back, a content policy."""

from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, HttpResponseStopPolling

from agreements.typed_before import keep_typed, shows_what_was_typed


class ReaderMiddleware:
    """Activate the language and the time zone that a signed-in person chose."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language and zone; strangers keep what the browser asks for.

        Who calls the API with a token is known later: their zone, too, ends with their call.
        """
        reader = request.user
        if not reader.is_authenticated:
            with timezone.override(None):
                return self.get_response(request)
        request.LANGUAGE_CODE = reader.language
        with (
            translation.override(reader.language),
            timezone.override(ZoneInfo(reader.time_zone)),
        ):
            response = self.get_response(request)
        response.headers["Content-Language"] = reader.language
        return response


class SessionEndedMiddleware:
    """Lead whoever is signed out to the sign-in page as a whole, and from there back to where
    they were; what they sent is kept.

    What a page asked by itself tears nobody away: it says in place that the session ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let a visit of a page be led to the sign-in page and back by itself."""
        response = self.get_response(request)
        is_htmx = request.headers.get("HX-Request") == "true"
        if not (is_htmx or request.method == "POST") or not _asks_to_sign_in(request, response):
            return response
        if request.method == "POST":
            keep_typed(request)
        to_sign_in = redirect_to_login(_page_of(request))
        if not is_htmx:
            return to_sign_in
        if request.method == "GET" and request.headers.get("Asked-By-Itself") == "true":
            context = {"sign_in": to_sign_in.url}
            said = render(request, "components/session_ended.html", context)
            return HttpResponseStopPolling(said.content)
        return HttpResponseClientRedirect(to_sign_in.url)


def _asks_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether a page of ours was refused to a stranger; others keep nothing, above all not
    the forms in which passwords are typed."""
    if response.status_code != 302 or not (match := request.resolver_match) or not match.namespaces:
        return False
    return urlsplit(response.headers["Location"]).path == reverse("account_login")


def _page_of(request: HttpRequest) -> str:
    """Return the page where the person is, if it is one of ours; else the start page."""
    match = request.resolver_match
    if request.method == "POST" and match and shows_what_was_typed(match.func):
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return reverse("home")
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


class DeedAddressMiddleware:
    """Say in words that the address of a deed is no page, to whoever opens it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put a page into the empty answer; programs get an answer of their own."""
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        # Tabler draws arrows and ticks of form controls as data.
        "img-src 'self' data:",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


class ContentPolicyMiddleware:
    """Let pages load only what the portal itself serves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the policy to every answer."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response
