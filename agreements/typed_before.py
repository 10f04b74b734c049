"""What somebody typed and sent while signed out: kept until they have signed in again."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)

_KEY = "typed_before"
_MARK = "shows_what_was_typed"
_LONGEST = 200_000
_SECRETS = ("csrfmiddlewaretoken", "password", "code")


def keeps_what_was_typed(
    view: Callable[Concatenate[R, P], HttpResponse],
) -> Callable[Concatenate[R, P], HttpResponse]:
    """Let a form that is sent after the session ended be there again after signing in.

    The page shows it at the address it was sent to; forms that are sent elsewhere are asked for
    with their address by the page they stand on.
    """
    kept = login_required(view)
    kept.__dict__[_MARK] = True
    return kept


def shows_what_was_typed(view: Callable[..., object]) -> bool:
    """Tell whether what is sent to a view can be seen again at the same address."""
    return getattr(view, _MARK, False)


def keep_typed(request: HttpRequest) -> None:
    """Keep what was sent, but for secrets, unless it is too much."""
    sent = request.POST.copy()
    for secret in _SECRETS:
        sent.pop(secret, None)
    typed = sent.urlencode()
    if len(typed) <= _LONGEST:
        request.session[_KEY] = {"address": request.get_full_path(), "typed": typed}


def address_of_typed(request: HttpRequest) -> str:
    """Return where what is kept was sent to; empty where nothing is kept."""
    kept = request.session.get(_KEY)
    return str(kept["address"]) if kept else ""


def typed_before(request: HttpRequest, address: str = "") -> QueryDict | None:
    """Return, once, what was sent to an address before signing in; None if nothing was.

    Without an address, what was sent to the one of this page.
    """
    if address_of_typed(request) != (address or request.get_full_path()):
        return None
    return QueryDict(request.session.pop(_KEY)["typed"])


def typed_in(request: HttpRequest) -> QueryDict | None:
    """Return what a form is filled in with: what is sent now, or was before signing in."""
    if request.method == "POST":
        return request.POST
    before = typed_before(request)
    if before is not None:
        messages.info(request, said_of_typed())
    return before


def said_of_typed() -> str:
    """Say that what was typed before signing in is there, and not saved."""
    return _("What you typed before you were signed out is here again. It is not saved yet.")
