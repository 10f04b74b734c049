"""What every answer gets: the reader's language and time zone, and a content policy."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


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
