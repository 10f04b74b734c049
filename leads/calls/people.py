"""Who is meant by a name in a call: an e-mail address, or what the source calls somebody."""

from django.utils.translation import gettext as _

from agreements.models import Agreement, OwnerName, User
from agreements.models.contracts import Party
from agreements.permissions import roles_in
from agreements.refusals import FieldProblem, invalid


def person_named(name: str, source: str, field: str) -> User:
    """Return the person. Raises Refused for a name that is nobody's here."""
    if "@" in name:
        person = User.objects.filter(email__iexact=name).first()
    else:
        owners = OwnerName.objects.filter(source=source, external_name=name)
        person = User.objects.filter(owner_names__in=owners).first()
    if person is None:
        sentence = _(
            "Nobody is known here as “%(name)s”: name an e-mail address, or what %(source)s calls "
            "somebody whose leads were imported."
        )
        raise invalid([FieldProblem(field, sentence % {"name": name, "source": source})])
    return person


def seller_named(name: str, source: str, field: str, agreement: Agreement) -> User:
    """Return a person of sales, or one known only to a system. Raises Refused for another."""
    person = person_named(name, source, field)
    sides = {party for party, _role in roles_in(agreement, person)}
    if person.email is not None and Party.SALES not in sides:
        sentence = _("%(person)s is not in the sales team of this agreement: name somebody who is.")
        raise invalid([FieldProblem(field, sentence % {"person": person})])
    return person
