"""What a person chose for themselves: language, look and time zone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from agreements.forms import PreferencesForm
from agreements.requests import SignedInRequest


@login_required
@require_POST
def preferences(request: SignedInRequest) -> HttpResponse:
    """Keep what was chosen, or say why not, and go back to where the person was."""
    form = PreferencesForm(request.POST, instance=request.user)
    if form.is_valid():
        form.save()
    for error in form.errors.get("time_zone", ()):
        messages.error(request, str(error))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "home"
    return redirect(back)
