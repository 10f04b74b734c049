"""Under which agreement somebody tells of leads: looked up once for a call."""

from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from agreements.models import Agreement, User
from agreements.permissions import refusal
from agreements.refusals import FieldProblem, invalid
from leads.permissions import check_user_can_tell


class Agreements:
    """The agreements somebody may read, their stages, and whether leads may be told of there."""

    def __init__(self, by: User) -> None:
        self._by = by
        self._refusals: dict[int, str] = {}
        self._stages: dict[int, tuple[str, ...]] = {}

    @cached_property
    def _readable(self) -> list[Agreement]:
        return list(Agreement.objects.visible_to(self._by).order_by("slug"))

    def named(self, slug: str | None) -> Agreement:
        """Return the agreement of a slug; without one, the only one there is.

        Raises Refused where it cannot be told which, PermissionDenied where it may not be done.
        """
        found = [each for each in self._readable if slug in (None, each.slug)]
        if not found and slug is None:
            raise PermissionDenied(_("You belong to no agreement under which leads are told of."))
        if not found:
            detail = _("There is no agreement “%(slug)s” that you may read.") % {"slug": slug}
            raise invalid([FieldProblem("agreement", detail)])
        if len(found) > 1:
            slugs = ", ".join(each.slug for each in found)
            detail = _("Say under which agreement: %(slugs)s.") % {"slugs": slugs}
            raise invalid([FieldProblem("agreement", detail)])
        self._check(found[0])
        return found[0]

    def _check(self, agreement: Agreement) -> None:
        if agreement.pk not in self._refusals:
            self._refusals[agreement.pk] = refusal(check_user_can_tell, agreement, self._by)
        if self._refusals[agreement.pk]:
            raise PermissionDenied(self._refusals[agreement.pk])

    def stages_of(self, agreement: Agreement) -> tuple[str, ...]:
        """Return the keys of the stages of every version, as a call may reach back."""
        if agreement.pk not in self._stages:
            versions = [each.parsed_terms() for each in agreement.versions.signed()]
            keys = (stage.key for terms in versions for stage in terms.stages)
            self._stages[agreement.pk] = tuple(dict.fromkeys(keys))
        return self._stages[agreement.pk]
