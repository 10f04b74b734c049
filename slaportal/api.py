"""The API: its addresses, its schema, and the pages in which people read and try it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from agreements.api.problems import CONTENT_TYPE
from agreements.api.views import NothingHere
from agreements.refusals import KINDS, problem

# The page and its script apart, as the content policy allows no script inside a page.
docs = require_GET(login_required(SpectacularSwaggerSplitView.as_view(url_name="api:schema")))

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    path("", include("agreements.api.versions")),
    path("", include("leads.api.leads")),
    path("", include("leads.api.handoffs")),
    path("", include("leads.api.clocks")),
    path("", include("metrics.api")),
    re_path("^", NothingHere.as_view()),
]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a call that was refused before a view saw it."""
    if not _is_call(request):
        return defaults.bad_request(request, exception)
    return _answer("bad_request", "")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a call that went wrong outside of a view."""
    if not _is_call(request):
        return defaults.server_error(request)
    return _answer("error", _("It was written down. Call again later, or tell an administrator."))


def _is_call(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _answer(kind: str, detail: str) -> JsonResponse:
    return JsonResponse(problem(kind, detail), status=KINDS[kind][0], content_type=CONTENT_TYPE)
