"""Who may do what: each rule as a pair, one that raises with a sentence and one that asks.

The sentence of a refusal is also the tooltip of the disabled button.
"""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from agreements.models import Agreement, Membership, User
from agreements.models.contracts import Party


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
    """Raise PermissionDenied unless the person is an administrator."""
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
    try:
        check_user_can_see_figures_of_reps(agreement, user)
    except PermissionDenied:
        return False
    return True
