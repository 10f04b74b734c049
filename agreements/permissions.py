"""Who may do what: each rule raises with a sentence that says who may.

Interfaces ask before they call an action. The sentence of a refusal is also the tooltip of the
disabled button; `refusal` returns it. Who may not even read a thing does not find it: for that
there are the `visible_to` of the QuerySets. `docs/reference/roles.md` has all rules as a table.
"""

from collections.abc import Callable, Set
from typing import ParamSpec

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from agreements.models import Agreement, Membership, Team, User
from agreements.models.contracts import Party

P = ParamSpec("P")
Roles = Set[tuple[str, str]]
"""The (party, role) pairs that somebody has under an agreement."""


def refusal(check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> str:
    """Return the sentence with which a rule refuses; empty where it lets pass."""
    try:
        check(*args, **kwargs)
    except PermissionDenied as refused:
        return str(refused)
    return ""


def roles_in(agreement: Agreement, user: User) -> set[tuple[str, str]]:
    """Return the (party, role) pairs this person has under the agreement; one query."""
    roles = set()
    sides = {
        agreement.marketing_team_id: Party.MARKETING,
        agreement.sales_team_id: Party.SALES,
    }
    for team_id, role in Membership.objects.filter(user=user, team__in=sides).values_list(
        "team_id", "role"
    ):
        roles.add((str(sides[team_id]), role))
    return roles


def check_user_can_administer(user: User) -> None:
    """Raise PermissionDenied unless the person handles people, calendars, tokens and the like."""
    if not user.is_admin:
        raise PermissionDenied(_("Only an administrator may do this."))


def check_user_can_close_month(user: User) -> None:
    """Raise PermissionDenied unless the person may close a month."""
    if not (user.is_admin or user.is_director):
        raise PermissionDenied(_("Only an administrator or a director closes a month."))


def check_user_can_see_figures_of_reps(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may see the figures of single reps."""
    if user.is_admin or user.is_director:
        return
    if (Party.SALES, Membership.Role.LEAD) not in roles_in(agreement, user):
        raise PermissionDenied(
            _("Figures of a single rep are for the sales lead, directors and administrators.")
        )


def user_can_see_figures_of_reps(agreement: Agreement, user: User) -> bool:
    """Tell whether the person may see the figures of single reps."""
    return not refusal(check_user_can_see_figures_of_reps, agreement, user)


def parties_led_by(agreement: Agreement, user: User) -> list[str]:
    """Return the parties whose lead this person is."""
    roles = roles_in(agreement, user)
    return [party for party in Party.values if (party, Membership.Role.LEAD) in roles]


def check_user_can_start(user: User, *teams: Team) -> None:
    """Raise PermissionDenied unless the person may start an agreement between these teams.

    Without teams: unless there is any team for which they may.
    """
    led = Membership.objects.filter(user=user, role=Membership.Role.LEAD)
    if teams:
        led = led.filter(team__in=teams)
    if not user.is_admin and not led.exists():
        raise PermissionDenied(
            _("An agreement is started by the lead of one of its teams, or by an administrator.")
        )


def check_user_can_edit(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may begin, edit, discard and propose a draft."""
    if not user.is_admin and not parties_led_by(agreement, user):
        raise PermissionDenied(
            _("The text is written by the leads of marketing and of sales, and administrators.")
        )


def check_user_can_sign(agreement: Agreement, user: User, party: str) -> None:
    """Raise PermissionDenied unless the person may sign or decline for this party."""
    if party in parties_led_by(agreement, user):
        return
    if party == Party.MARKETING:
        raise PermissionDenied(_("Only the lead of marketing signs or declines for marketing."))
    raise PermissionDenied(_("Only the lead of sales signs or declines for sales."))


def check_user_can_end(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may end the agreement."""
    if not user.is_admin and not parties_led_by(agreement, user):
        raise PermissionDenied(
            _("An agreement is ended by the leads of marketing and of sales, and administrators.")
        )


def check_user_can_comment(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may comment on a text and resolve comments."""
    if not user.is_admin and not parties_led_by(agreement, user):
        raise PermissionDenied(
            _("Comments are for the leads of marketing and of sales, and administrators.")
        )


def check_user_can_suggest(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may suggest a change for a party."""
    if not parties_led_by(agreement, user):
        raise PermissionDenied(
            _("Changes are suggested by the leads of marketing and of sales, each for their side.")
        )


def check_user_can_decide_suggestion(agreement: Agreement, user: User, party: str) -> None:
    """Raise PermissionDenied unless the person may decide what ``party`` suggested."""
    other = Party.SALES if party == Party.MARKETING else Party.MARKETING
    if other in parties_led_by(agreement, user):
        return
    if other == Party.SALES:
        raise PermissionDenied(_("What marketing suggests, the lead of sales takes or refuses."))
    raise PermissionDenied(_("What sales suggests, the lead of marketing takes or refuses."))


def check_user_can_take_back_suggestion(agreement: Agreement, user: User, party: str) -> None:
    """Raise PermissionDenied unless the person may take back what ``party`` suggested."""
    if party in parties_led_by(agreement, user):
        return
    if party == Party.MARKETING:
        raise PermissionDenied(_("What marketing suggested, the lead of marketing takes back."))
    raise PermissionDenied(_("What sales suggested, the lead of sales takes back."))


def check_user_can_correct_comment(agreement: Agreement, user: User, author: User) -> None:
    """Raise PermissionDenied unless the person may correct what ``author`` said."""
    check_user_can_comment(agreement, user)
    if user != author:
        raise PermissionDenied(_("A comment is corrected by whoever wrote it: answer it instead."))
