"""Who may read and change calendars. `agreements.permissions` has the rules of agreements."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from agreements.models import Agreement, AgreementVersion, Calendar, Membership, User


def readable_calendars(user: User) -> dict[Calendar, list[Agreement]]:
    """Return the calendars somebody may read, each with the agreements that count by it.

    An administrator reads all; a team's lead those that an agreement of theirs counts by, in a
    text that is signed or on the table.
    """
    agreements = Agreement.objects.order_by("name", "pk")
    if not user.is_admin:
        led = Membership.objects.filter(user=user, role=Membership.Role.LEAD).values("team")
        agreements = agreements.filter(Q(marketing_team__in=led) | Q(sales_team__in=led))
    known = {agreement.pk: agreement for agreement in agreements}
    users: dict[str, dict[int, Agreement]] = {}
    texts = AgreementVersion.objects.filter(
        agreement__in=known, status__in=("draft", "proposed", "signed")
    )
    for pk, own, others in texts.values_list("agreement", "terms__calendar", "terms__calendars"):
        for key in _keys(own, others):
            users.setdefault(key, {})[pk] = known[pk]
    return {
        calendar: [each for each in known.values() if each.pk in users.get(calendar.key, {})]
        for calendar in Calendar.objects.order_by("name", "pk")
        if user.is_admin or calendar.key in users
    }


def readable_calendar(key: str, user: User) -> tuple[Calendar, list[Agreement]] | None:
    """Return one of `readable_calendars` with its agreements, None if there is no such one."""
    found = readable_calendars(user).items()
    return next(((each, known) for each, known in found if each.key == key), None)


def _keys(own: Any, others: Any) -> Iterator[str]:
    """Give the keys of calendars in a text, which need not be valid yet."""
    if isinstance(own, str):
        yield own
    if isinstance(others, dict):
        yield from others
