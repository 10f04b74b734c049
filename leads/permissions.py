"""Who may do what to leads and handoffs, and the sentence that tells why not."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from agreements.models import Membership, User
from agreements.models.contracts import Party
from agreements.permissions import roles_in
from leads.models import Handoff


def check_user_can_work(handoff: Handoff, user: User) -> None:
    """Raise PermissionDenied unless the person may accept, reject or follow up this handoff.

    Administrators and the sales lead may, a rep where they hold it or it waits in the queue.
    """
    if user.is_admin:
        return
    roles = roles_in(handoff.agreement, user)
    if (Party.SALES, Membership.Role.LEAD) in roles:
        return
    if (Party.SALES, Membership.Role.MEMBER) not in roles:
        raise PermissionDenied(
            _("Only the sales team of this agreement accepts, rejects and follows up.")
        )
    if handoff.holder_id not in (None, user.pk):
        raise PermissionDenied(
            _("%(holder)s holds this handoff: ask them, or ask the sales lead to reassign it.")
            % {"holder": handoff.holder}
        )


def refusal_to_work(handoff: Handoff, user: User) -> str:
    """Return why the person may not work this handoff; empty where they may."""
    try:
        check_user_can_work(handoff, user)
    except PermissionDenied as refusal:
        return str(refusal)
    return ""
