"""Who may do what to leads, handoffs and what hangs on them; each refusal says who may.

Where ``roles`` may be given, they are the person's under the agreement: read already, they are not
read again.
"""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from agreements.arbiters import party_of_arbiter
from agreements.models import Agreement, Membership, User
from agreements.models.contracts import Party
from agreements.permissions import Roles, refusal, roles_in
from leads.deeds.reasons import RulebooksFor
from leads.models import Breach, BreachException, FollowUp, Handoff, HandoffEvent

Role = Membership.Role
_TOLD_FOR_MARKETING = frozenset(
    {HandoffEvent.Kind.OFFERED, HandoffEvent.Kind.WITHDRAWN, HandoffEvent.Kind.CONTESTED}
)


def check_user_can_offer(agreement: Agreement, user: User, *, roles: Roles | None = None) -> None:
    """Raise PermissionDenied unless the person may offer leads to sales."""
    roles = roles_in(agreement, user) if roles is None else roles
    offering = {(Party.MARKETING, Role.LEAD), (Party.MARKETING, Role.MEMBER)}
    if not (user.is_admin or roles & offering or _is_integration(roles)):
        raise PermissionDenied(
            _("Only the marketing team of this agreement offers leads, or a system that is linked.")
        )


def check_user_can_turn_offer_rule(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may let the portal offer leads by itself."""
    if not (user.is_admin or (Party.MARKETING, Role.LEAD) in roles_in(agreement, user)):
        raise PermissionDenied(
            _("Only the marketing lead or an administrator lets the portal offer by itself.")
        )


def check_user_can_tell(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may tell of leads by calls."""
    roles = roles_in(agreement, user)
    leads = {(Party.MARKETING, Role.LEAD), (Party.SALES, Role.LEAD)}
    if not (user.is_admin or roles & leads or _is_integration(roles)):
        raise PermissionDenied(
            _(
                "Only a system that is linked, the leads of the two parties and administrators "
                "tell of leads."
            )
        )


def check_user_can_work(handoff: Handoff, user: User, *, on_behalf_of: User | None = None) -> None:
    """Raise PermissionDenied unless the person may accept, reject or follow up this handoff.

    Administrators and the sales lead may, a rep where they hold it or it waits in the queue, and
    an integration for a person it names, whoever holds it: it tells what has happened elsewhere.
    """
    roles = roles_in(handoff.agreement, user)
    if on_behalf_of is not None:
        _check_acts_for(handoff, roles, on_behalf_of)
    elif user.is_admin or (Party.SALES, Role.LEAD) in roles:
        return
    elif (Party.SALES, Role.MEMBER) in roles:
        _check_holds(handoff, user)
    elif _is_integration(roles):
        raise PermissionDenied(
            _("Name the person who accepted, rejected or followed up in the other system.")
        )
    else:
        raise PermissionDenied(
            _("Only the sales team of this agreement accepts, rejects and follows up.")
        )


def refusal_to_work(handoff: Handoff, user: User) -> str:
    """Return why the person may not work this handoff; empty where they may."""
    return refusal(check_user_can_work, handoff, user)


def check_user_can_take(handoff: Handoff, user: User) -> None:
    """Raise PermissionDenied unless the person may take this handoff where nobody holds it.

    Who works in the sales team may: its reps and its lead.
    """
    holding = {(Party.SALES, Role.LEAD), (Party.SALES, Role.MEMBER)}
    if not roles_in(handoff.agreement, user) & holding:
        raise PermissionDenied(
            _("Only the sales team of this agreement takes handoffs from its queue.")
        )


def takes(handoff: Handoff, user: User) -> bool:
    """Whether the handoff waits in the team's queue for somebody like this person."""
    is_waiting = handoff.is_open and handoff.holder_id is None
    return is_waiting and not refusal(check_user_can_take, handoff, user)


def check_user_can_put_aside(handoff: Handoff, user: User) -> None:
    """Raise PermissionDenied unless the person holds this handoff, which is in their own queue."""
    if handoff.holder_id != user.pk:
        raise PermissionDenied(_("Only who holds a handoff puts it aside, in their own queue."))


def _check_holds(handoff: Handoff, user: User) -> None:
    if handoff.holder_id not in (None, user.pk):
        raise PermissionDenied(
            _("%(holder)s holds this handoff: ask them, or ask the sales lead to reassign it.")
            % {"holder": handoff.holder}
        )


def _check_acts_for(handoff: Handoff, roles: set[tuple[str, str]], person: User) -> None:
    """Raise unless it is an integration, and the person of sales or known only to a system."""
    if not _is_integration(roles):
        raise PermissionDenied(_("Only a system that is linked acts for somebody else."))
    sides = {party for party, _role in roles_in(handoff.agreement, person)}
    if person.email is not None and Party.SALES not in sides:
        raise PermissionDenied(
            _("%(person)s is not in the sales team of this agreement: name somebody who is.")
            % {"person": person}
        )


def check_user_can_assign(handoff: Handoff, user: User) -> None:
    """Raise PermissionDenied unless the person may give this handoff to somebody.

    Administrators and the sales lead may; an integration while nobody holds it.
    """
    roles = roles_in(handoff.agreement, user)
    if user.is_admin or (Party.SALES, Role.LEAD) in roles:
        return
    if not _is_integration(roles) or handoff.holder_id is not None:
        raise PermissionDenied(_("Only the sales lead or an administrator reassigns a handoff."))


def check_user_can_withdraw(
    handoff: Handoff, user: User, *, roles: Roles | None = None, is_own: bool | None = None
) -> None:
    """Raise PermissionDenied unless the person may take this offer back.

    ``is_own`` says whether they made it, where that is known.
    """
    if not _is_of_marketing(handoff, user, roles, is_own):
        raise PermissionDenied(
            _("An offer is withdrawn by who made it, the marketing lead or an administrator.")
        )


def check_user_can_contest(
    handoff: Handoff, user: User, *, roles: Roles | None = None, is_own: bool | None = None
) -> None:
    """Raise PermissionDenied unless the person may contest the rejection of this handoff.

    ``is_own`` says whether they offered it, where that is known.
    """
    if not _is_of_marketing(handoff, user, roles, is_own):
        raise PermissionDenied(
            _("A rejection is contested by who offered, the marketing lead or an administrator.")
        )


def _is_of_marketing(
    handoff: Handoff, user: User, roles: Roles | None = None, is_own: bool | None = None
) -> bool:
    """Whether it is an administrator, the marketing lead, or who of marketing offered it."""
    roles = roles_in(handoff.agreement, user) if roles is None else roles
    if user.is_admin or (Party.MARKETING, Role.LEAD) in roles:
        return True
    if (Party.MARKETING, Role.MEMBER) not in roles:
        return False
    return _told_by(handoff, "offered", user) if is_own is None else is_own


def check_user_can_decide_contest(
    handoff: Handoff,
    user: User,
    *,
    roles: Roles | None = None,
    is_own: bool | None = None,
    books: RulebooksFor | None = None,
) -> None:
    """Raise PermissionDenied unless the person is the arbiter whom the terms name.

    Nobody decides what they contested themselves: ``is_own``, where that is known. ``books`` are
    the rules that are read already.
    """
    book = (books or RulebooksFor())[handoff]
    party = party_of_arbiter(book.terms.contest.arbiter) if book else None
    if _told_by(handoff, "contested", user) if is_own is None else is_own:
        raise PermissionDenied(_("You contested it yourself: somebody else decides."))
    if party is None:
        if not user.is_director:
            raise PermissionDenied(_("By the agreement a director decides."))
        return
    roles = roles_in(handoff.agreement, user) if roles is None else roles
    if (party, Role.LEAD) not in roles:
        raise PermissionDenied(
            _("By the agreement the marketing lead decides.")
            if party == Party.MARKETING
            else _("By the agreement the sales lead decides.")
        )


def _told_by(handoff: Handoff, kind: str, user: User) -> bool:
    events = HandoffEvent.objects.holding().filter(handoff=handoff, kind=kind)
    return events.filter(person=user).exists()


def check_user_can_correct(fact: FollowUp | HandoffEvent, user: User) -> None:
    """Raise PermissionDenied unless the person may correct this fact, as ``corrects`` says."""
    agreement = fact.handoff.agreement if isinstance(fact, HandoffEvent) else fact.agreement
    if corrects(fact, user, roles_in(agreement, user)):
        return
    if _party_of(fact) is None:
        raise PermissionDenied(
            _("What was decided is corrected by who decided it, or an administrator.")
        )
    raise PermissionDenied(
        _("It is corrected by who told it, the lead of their party or an administrator.")
    )


def corrects(fact: FollowUp | HandoffEvent, user: User, roles: Roles) -> bool:
    """Whether somebody with these roles corrects a fact.

    Everybody corrects what they told themselves; the lead of a party also what was told for it,
    administrators anything. What the arbiter decided is for no party to take back.
    """
    party = _party_of(fact)
    if user.is_admin or (party, Role.LEAD) in roles:
        return True
    takes_part = bool(roles) or (party is None and user.is_director)
    return takes_part and fact.recorded_by_id == user.pk


def _party_of(fact: FollowUp | HandoffEvent) -> Party | None:
    """Return the party that a fact is told for; None of what the arbiter decided."""
    if isinstance(fact, FollowUp):
        return Party.SALES
    if fact.kind == HandoffEvent.Kind.DECIDED:
        return None
    return Party.MARKETING if fact.kind in _TOLD_FOR_MARKETING else Party.SALES


def check_user_can_organise(
    agreement: Agreement, user: User, *, roles: Roles | None = None
) -> None:
    """Raise PermissionDenied unless the person may say how the sales team shares its handoffs.

    Write the rules, see who holds how much and is away when, and give many away at once.
    """
    roles = roles_in(agreement, user) if roles is None else roles
    if not (user.is_admin or (Party.SALES, Role.LEAD) in roles):
        raise PermissionDenied(
            _("Only the sales lead or an administrator says who gets the team's handoffs.")
        )


def check_user_can_record_absence(agreement: Agreement, user: User, person: User) -> None:
    """Raise PermissionDenied unless the person may say when somebody of sales is away.

    Everybody of the sales team says it of themselves; its lead and administrators of everybody.
    """
    holding = {(Party.SALES, Role.LEAD), (Party.SALES, Role.MEMBER)}
    if not roles_in(agreement, person) & holding:
        raise PermissionDenied(
            _("Who is away is said by the people of the sales team, its lead and administrators.")
        )
    if user != person and refusal(check_user_can_organise, agreement, user):
        raise PermissionDenied(
            _("Only the sales lead or an administrator says when somebody else is away.")
        )


def check_user_can_ask_exception(breach: Breach, user: User) -> None:
    """Raise PermissionDenied unless the person may ask that this breach does not count.

    The lead of the charged party may, and a rep where sales is charged.
    """
    asking = {(breach.party, Role.LEAD)}
    if breach.party == Party.SALES:
        asking.add((Party.SALES, Role.MEMBER))
    if not roles_in(breach.agreement, user) & asking:
        raise PermissionDenied(_("Only the party charged with a breach asks to excuse it."))


def check_user_can_decide_exception(exception: BreachException, user: User) -> None:
    """Raise PermissionDenied unless the person leads the other party, or is a director.

    Nobody decides what they asked for themselves.
    """
    breach = exception.breach
    other = Party.SALES if breach.party == Party.MARKETING else Party.MARKETING
    is_arbiter = user.is_director or (other, Role.LEAD) in roles_in(breach.agreement, user)
    if exception.asked_by_id == user.pk or not is_arbiter:
        raise PermissionDenied(_("The lead of the other party decides, or a director."))


def check_user_can_sign_blackout(agreement: Agreement, party: str, user: User) -> None:
    """Raise PermissionDenied unless the person leads the party they sign for."""
    if (party, Role.LEAD) not in roles_in(agreement, user):
        raise PermissionDenied(_("The leads of both parties sign a blackout, each for their own."))


def check_user_can_merge(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may find leads to be one, and part them again."""
    leads = {(Party.MARKETING, Role.LEAD), (Party.SALES, Role.LEAD)}
    if not (user.is_admin or roles_in(agreement, user) & leads):
        raise PermissionDenied(
            _("Only the leads of the two parties and administrators merge leads.")
        )


def refusal_to_merge(agreement: Agreement, user: User) -> str:
    """Return why the person may not merge leads; empty where they may."""
    return refusal(check_user_can_merge, agreement, user)


def check_user_can_import(agreement: Agreement, user: User, *, roles: Roles | None = None) -> None:
    """Raise PermissionDenied unless the person may import files under the agreement."""
    leads = {(Party.MARKETING, Role.LEAD), (Party.SALES, Role.LEAD)}
    roles = roles_in(agreement, user) if roles is None else roles
    if not (user.is_admin or roles & leads):
        raise PermissionDenied(
            _("Only the leads of the two parties and administrators import files.")
        )


def check_user_can_undo_import(agreement: Agreement, user: User) -> None:
    """Raise PermissionDenied unless the person may undo the import of a file as a whole."""
    leads = {(Party.MARKETING, Role.LEAD), (Party.SALES, Role.LEAD)}
    if not (user.is_admin or roles_in(agreement, user) & leads):
        raise PermissionDenied(
            _("Only the leads of the two parties and administrators undo the import of a file.")
        )


def _is_integration(roles: Roles) -> bool:
    return any(role == Role.INTEGRATION for _party, role in roles)
