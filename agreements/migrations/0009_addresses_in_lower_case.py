"""Keep the addresses people sign in with in lower case, as sign-in looks them up."""

from typing import Any

from django.db import migrations


def write_in_lower_case(apps: Any, _schema_editor: Any) -> None:
    """Write each address in lower case, but one that is another person's then."""
    people = apps.get_model("agreements", "User").objects
    for person in people.filter(email__isnull=False).only("email").order_by("pk"):
        address = person.email.lower()
        others = people.filter(email__iexact=address).exclude(pk=person.pk)
        if address != person.email and not others.exists():
            people.filter(pk=person.pk).update(email=address)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0008_find_messages_by_subject"),
    ]

    operations = [
        migrations.RunPython(write_in_lower_case, migrations.RunPython.noop, elidable=True),
    ]
