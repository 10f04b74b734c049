"""What somebody typed and sent while signed out: kept until they have signed in again."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django_htmx.http import HttpResponseClientRedirect

P = ParamSpec("P")

_KEY = "typed_before"
_LONGEST = 200_000


def keeps_what_was_typed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let a form that is sent after the session ended be there again after signing in."""

    @wraps(view)
    def kept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        address = request.get_full_path()
        if request.method == "POST":
            typed = request.POST.urlencode()
            if len(typed) <= _LONGEST:
                request.session[_KEY] = {"address": address, "typed": typed}
        login = redirect_to_login(address)
        is_htmx = request.headers.get("HX-Request") == "true"
        return HttpResponseClientRedirect(login.url) if is_htmx else login

    return kept


def typed_before(request: HttpRequest) -> QueryDict | None:
    """Return, once, what was typed on this page before signing in; None if nothing was."""
    kept = request.session.get(_KEY)
    if not kept or kept["address"] != request.get_full_path():
        return None
    del request.session[_KEY]
    return QueryDict(kept["typed"])
