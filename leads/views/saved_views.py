"""Views with a name: lists of their own that somebody comes back to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.requests import SignedInRequest
from leads.actions import views
from leads.models import SavedView
from leads.queue.handoffs import Desk, QueueFilters
from leads.registry.filters import RegistryFilters
from leads.views.lead_page import desk_or_404

_LISTS = {SavedView.Page.QUEUE: "leads:queue", SavedView.Page.REGISTRY: "leads:list"}


@login_required
@require_POST
def save(request: SignedInRequest, slug: str, page: str) -> HttpResponse:
    """Keep what the address of a list asks for under a name."""
    desk = desk_or_404(request.user, slug)
    if page not in SavedView.Page.values:
        raise Http404
    kind = SavedView.Page(page)
    address = _address(desk, kind, request.POST.get("address", ""))
    name = request.POST.get("name", "")
    try:
        view = views.save_view(
            agreement=desk.agreement, user=request.user, page=kind, name=name, address=address
        )
    except views.UnableToSave as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The view is saved as “%(name)s”.") % {"name": view.name})
    return _to_list(slug, kind, address)


def _address(desk: Desk, page: SavedView.Page, told: str) -> str:
    """Return of an address what its page can be asked for."""
    asked = QueryDict(told)
    if page == SavedView.Page.QUEUE:
        return QueueFilters.read(asked, desk).address
    return RegistryFilters.read(asked).address


@login_required
@require_POST
def remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Forget a view that the person saved; the list they look at stays where it is."""
    desk = desk_or_404(request.user, slug)
    view = SavedView.objects.filter(user=request.user, agreement=desk.agreement, pk=pk).first()
    page = view.page if view else request.POST.get("page", "")
    if page not in SavedView.Page.values:
        raise Http404
    if view is None:
        messages.info(request, _("This view was removed before."))
    else:
        view.delete()
        messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    kind = SavedView.Page(page)
    return _to_list(slug, kind, _address(desk, kind, request.POST.get("address", "")))


def _to_list(slug: str, page: SavedView.Page, address: str) -> HttpResponse:
    url = reverse(_LISTS[page], kwargs={"slug": slug})
    return HttpResponseRedirect(f"{url}?{address}" if address else url, status=303)
