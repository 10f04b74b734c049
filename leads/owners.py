"""People that other systems name as the owners of leads."""

from django.db import IntegrityError, transaction

from agreements.models import OwnerName, User


class Owners:
    """Finds the person whom a source calls by a name; one nobody knows yet is added.

    Such a person has no e-mail address and cannot sign in. A name that is the e-mail address of
    somebody here is theirs. With ``adds`` off nobody is added: who is not known gets a key that
    is nobody's.
    """

    def __init__(self, source: str, *, adds: bool = True) -> None:
        self._source, self._adds = source, adds
        self._known: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        """Return the key of the person."""
        if name not in self._known:
            add = self._add if self._adds else self._stand_in
            self._known[name] = self._find(name) or add(name)
        return self._known[name]

    def _find(self, name: str) -> int | None:
        names = OwnerName.objects.filter(source=self._source, external_name=name)
        return names.values_list("user_id", flat=True).first()

    def _add(self, name: str) -> int:
        try:
            with transaction.atomic():
                person = self._person_with_address(name) or self._new_person(name)
                OwnerName.objects.create(source=self._source, external_name=name, user=person)
                return person.pk
        except IntegrityError:
            # Somebody else added the name at this moment: theirs holds.
            return OwnerName.objects.get(source=self._source, external_name=name).user_id

    def _stand_in(self, name: str) -> int:
        person = self._person_with_address(name)
        return person.pk if person else -len(self._known) - 1

    def _person_with_address(self, name: str) -> User | None:
        return User.objects.filter(email__iexact=name).first() if "@" in name else None

    def _new_person(self, name: str) -> User:
        person = User(name=name, email=None, is_active=False)
        person.set_unusable_password()
        person.save()
        return person
