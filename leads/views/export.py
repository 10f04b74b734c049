"""Take the leads that the filters leave along, as a file for spreadsheets."""

from tempfile import TemporaryFile

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import formats
from agreements.models import Audit
from agreements.requests import SignedInRequest
from leads.registry.exporting import MOST_IN_WORKBOOK, csv_pieces, exported, write_workbook
from leads.registry.filters import RegistryFilters
from leads.registry.leads import found_in
from leads.views.lead_page import desk_or_404
from leads.views.registry import writer_for

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@login_required
@require_GET
def export(request: SignedInRequest, slug: str, form: str) -> HttpResponseBase:
    """Write the leads that the reader may read and the filters leave; it is kept who did."""
    if form not in FORMS:
        raise Http404
    now = timezone.now()
    desk = desk_or_404(request.user, slug)
    filters = RegistryFilters.read(request.GET)
    found = found_in(desk, filters, now)
    number = found.number()
    if form == "xlsx" and number > MOST_IN_WORKBOOK:
        most = {"most": formats.figure(MOST_IN_WORKBOOK), "number": formats.figure(number)}
        messages.warning(
            request,
            _(
                "A workbook holds up to %(most)s leads and these are %(number)s: take the CSV "
                "file, which is of any length, or filter."
            )
            % most,
        )
        url = reverse("leads:list", kwargs={"slug": slug})
        return redirect(f"{url}?{filters.address}")
    asked = {"form": form, "filters": filters.asked, "leads": number}
    Audit.objects.record("leads.exported", desk.agreement, by=request.user, now=now, **asked)
    rows = exported(writer_for(desk, filters), found)
    name = f"{slug}-leads-{timezone.localtime(now):%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if form == "csv":
        return StreamingHttpResponse(csv_pieces(rows), content_type=FORMS[form], headers=headers)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_workbook(rows, file)
    file.seek(0)
    return FileResponse(file, content_type=FORMS[form], headers=headers)
