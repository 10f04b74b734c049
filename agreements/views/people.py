"""Who may sign in, in which teams, as what: for administrators."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agreements.actions import people
from agreements.models import Membership, Team, User
from agreements.people_forms import AccessForm, CompanyForm, PersonForm, SeatForm
from agreements.permissions import check_user_can_administer
from agreements.requests import SignedInRequest
from agreements.typed_before import keeps_what_was_typed, typed_in
from agreements.whole_numbers import whole_number

PER_PAGE = 50


@never_cache
@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest) -> HttpResponse:
    """List people with their teams and roles; add one, whose password is shown this once."""
    check_user_can_administer(request.user)
    form = PersonForm(typed_in(request), by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = _added(request, form)
        except people.AlreadyKnown as error:
            form.add_error("email", str(error))
        else:
            context = {"person": user, "password": password}
            return render(request, "agreements/people/password.html", context)
    found = User.objects.order_by("-is_active", "name", "pk")
    page = Paginator(found.prefetch_related("memberships__team"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    status = 422 if request.method == "POST" else 200
    context = {"page": page, "form": form}
    return render(request, "agreements/people/list.html", context, status=status)


def _added(request: SignedInRequest, form: PersonForm) -> tuple[User, str]:
    """Add a person and seat them. Raises AlreadyKnown."""
    told, now = dict(form.cleaned_data), timezone.now()
    team, role = told.pop("team"), told.pop("role")
    user, password = people.add(**told, by=request.user, now=now)
    if team is not None:
        people.seat(user=user, team=team, role=role, by=request.user, now=now)
    return user, password


@never_cache
@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what somebody is, and change it: teams, roles, whether they may sign in."""
    check_user_can_administer(request.user)
    known = get_object_or_404(User, pk=pk)
    verb, _space, key = request.POST.get("do", "").partition(" ")
    refused: list[SeatForm | AccessForm] = []
    if request.method == "POST":
        deeds: dict[str, Callable[[], HttpResponse | SeatForm | AccessForm | None]] = {
            "seat": lambda: _seat(request, known),
            "unseat": lambda: _unseat(request, known, key),
            "empower": lambda: _empower(request, known),
            "end": lambda: _end_access(request, known),
            "let_in": lambda: _let_in(request, known),
        }
        answer = deeds[verb]() if verb in deeds else None
        if isinstance(answer, HttpResponse):
            return answer
        if answer is None:
            return redirect("people:person", pk=pk)
        refused = [answer]
    return _shown(request, known, refused)


def _shown(
    request: SignedInRequest, known: User, refused: list[SeatForm | AccessForm]
) -> HttpResponse:
    seats = known.memberships.select_related("team").order_by("team__name", "pk")
    company = {"is_admin": known.is_admin, "is_director": known.is_director}
    forms = {type(form): form for form in refused}
    context = {
        "person": known,
        "is_self": known == request.user,
        "seats": seats,
        "seat_form": forms.get(SeatForm) or SeatForm(),
        "company_form": CompanyForm(initial=company),
        "access_form": forms.get(AccessForm) or AccessForm(initial={"email": known.email}),
    }
    status = 422 if refused else 200
    return render(request, "agreements/people/person.html", context, status=status)


def _seat(request: SignedInRequest, known: User) -> SeatForm | None:
    form = SeatForm(request.POST)
    if not form.is_valid():
        return form
    people.seat(user=known, by=request.user, now=timezone.now(), **form.cleaned_data)
    told = {
        "person": known,
        "team": form.cleaned_data["team"],
        "role": Membership.Role(form.cleaned_data["role"]).label,
    }
    messages.success(request, _("%(person)s is in %(team)s now: %(role)s.") % told)
    return None


def _unseat(request: SignedInRequest, known: User, key: str) -> None:
    team = get_object_or_404(Team, pk=whole_number(key) or 0)
    people.unseat(user=known, team=team, by=request.user, now=timezone.now())
    told = {"person": known, "team": team}
    messages.success(request, _("%(person)s is out of %(team)s.") % told)


def _empower(request: SignedInRequest, known: User) -> None:
    form = CompanyForm(request.POST)
    form.full_clean()
    try:
        people.empower(user=known, by=request.user, now=timezone.now(), **form.cleaned_data)
    except people.UnableToChange as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Saved."))


def _end_access(request: SignedInRequest, known: User) -> None:
    try:
        people.end_access(user=known, by=request.user, now=timezone.now())
    except people.UnableToChange as error:
        messages.warning(request, str(error))
    else:
        said = _("%(person)s does not sign in any more, nor do their tokens.")
        messages.success(request, said % {"person": known})


def _let_in(request: SignedInRequest, known: User) -> HttpResponse | AccessForm | None:
    """Let somebody else in, or make them another password, which is shown this once."""
    if known == request.user:
        return None
    form = AccessForm(request.POST)
    if not form.is_valid():
        return form
    email = form.cleaned_data["email"]
    try:
        password = people.let_in(user=known, email=email, by=request.user, now=timezone.now())
    except people.AlreadyKnown as error:
        form.add_error("email", str(error))
        return form
    context = {"person": known, "password": password}
    return render(request, "agreements/people/password.html", context)
