"""One shape for every refusal of the API: problem details, RFC 9457, in the reader's language."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from agreements.refusals import KINDS, Refused, problem

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


def problem_of(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer a call that was refused, or went wrong; nobody is shown how it went wrong."""
    set_rollback()
    refused = refusal_of(error)
    if refused is None:
        request = getattr(context.get("request"), "_request", None)
        logger.error("A call of the API went wrong.", exc_info=error)
        got_request_exception.send(sender=None, request=request)
        detail = _("It was written down. Call again later, or tell an administrator.")
        refused = Refused("error", detail)
    return Response(
        problem(refused.kind, refused.detail, refused.errors),
        status=KINDS[refused.kind][0],
        headers=_headers(error),
        content_type=CONTENT_TYPE,
    )


def refusal_of(error: Exception) -> Refused | None:
    """Say which refusal an exception stands for; None for one that nobody foresaw."""
    if isinstance(error, Refused):
        return error
    for kinds, kind, tell in _FORESEEN:
        if isinstance(error, kinds):
            return Refused(kind, tell(error))
    return None


def _as_it_says(error: Exception) -> str:
    return str(getattr(error, "detail", error))


def _seconds_to_wait(error: Exception) -> str:
    wait = int(getattr(error, "wait", None) or 1)
    return _("Call again in %(seconds)s seconds.") % {"seconds": wait}


Foreseen = tuple[type[Exception] | tuple[type[Exception], ...], str, Callable[[Exception], str]]
_FORESEEN: tuple[Foreseen, ...] = (
    (
        (Http404, exceptions.NotFound),
        "not_found",
        lambda _error: _("There is nothing here that you may read."),
    ),
    (
        exceptions.NotAuthenticated,
        "not_authenticated",
        lambda _error: _("Send a token that an administrator made, as “Authorization: Token …”."),
    ),
    (exceptions.AuthenticationFailed, "not_authenticated", _as_it_says),
    ((PermissionDenied, exceptions.PermissionDenied), "permission_denied", _as_it_says),
    (exceptions.MethodNotAllowed, "method_not_allowed", _as_it_says),
    (
        exceptions.NotAcceptable,
        "not_acceptable",
        lambda _error: _("Ask for JSON, with “Accept: application/json”."),
    ),
    (
        exceptions.UnsupportedMediaType,
        "unsupported_media_type",
        lambda _error: _("Send JSON, with “Content-Type: application/json”."),
    ),
    (exceptions.Throttled, "throttled", _seconds_to_wait),
    (RequestDataTooBig, "too_large", lambda _error: _("Send less at once.")),
    ((SuspiciousOperation, exceptions.APIException), "bad_request", lambda _error: ""),
)


def _headers(error: Exception) -> dict[str, str]:
    headers = {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = scheme
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers
