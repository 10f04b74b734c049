"""Every section shows any terms and, sent back as shown, leaves them as they are."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from agreements.actions import drafts
from agreements.editing import part_of, problems_of
from agreements.editor.registry import FORMS
from agreements.models import AgreementVersion, User
from agreements.terms import document_from_yaml
from tests.factories import RECORDED_AT as NOW
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

STARTERS = sorted(Path("agreements/starters").glob("*.yaml"))
LANGUAGES = ("en", "es", "pt-br")
# Each starter once, and among them texts of each language read in each. One of each kind, read in
# its own language, is sent as well; what the others send is only read.
READ_IN = [
    (starter, LANGUAGES[(place + place // len(LANGUAGES)) % len(LANGUAGES)])
    for place, starter in enumerate(STARTERS)
]
SECTIONS = [form.name for form in FORMS]


def draft_of(document: dict[str, Any], in_force: AgreementVersion, by: User) -> AgreementVersion:
    return drafts.start(agreement=in_force.agreement, terms=document, by=by, now=NOW)


def sent_as_shown(client: Client, address: str) -> dict[str, list[str]]:
    return form_values(client.get(address).content.decode(), "section")


@pytest.mark.parametrize(
    ("starter", "language"), READ_IN, ids=lambda each: getattr(each, "stem", each)
)
def test_it_works(
    client: Client, in_force: AgreementVersion, helena: User, starter: Path, language: str
) -> None:
    helena.language = language
    helena.save()
    client.force_login(helena)
    document = document_from_yaml(starter.read_text(encoding="utf-8"))
    version = draft_of(dict(document), in_force, helena)
    for form in FORMS:
        address = f"/agreements/acme/draft/{form.name}/"
        sent = sent_as_shown(client, address)
        with translation.override(language):
            read = form.read(version.terms, QueryDict(urlencode(sent, doseq=True)))
        assert read == part_of(document, form.section), form.name
        if starter.stem.endswith(language[:2]):
            assert client.post(address, sent).status_code == 302, form.name
            edits = [(edit.before, edit.after) for edit in version.edits.all()]
            assert edits == [], form.name
    version.refresh_from_db()
    assert version.terms == document


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_begins_with_nothing(
    client: Client, in_force: AgreementVersion, helena: User, section: str
) -> None:
    client.force_login(helena)
    version = draft_of({"schema": 1}, in_force, helena)
    address = f"/agreements/acme/draft/{section}/"
    form = next(each for each in FORMS if each.name == section)

    client.post(address, sent_as_shown(client, address))

    version.refresh_from_db()
    assert part_of(version.terms, form.section) == {}
    assert problems_of(version.terms)


NONSENSE: dict[str, Any] = {
    "schema": 1,
    "time_zone": "Mars/Olympus",
    "hours": "always",
    "calendars": [],
    "objectives": "win",
    "funnel": {"stages": [{"key": "x"}, 3, "lead"], "rates": [], "goal": "much"},
    "tiers": [[], {"when": "rich"}],
    "scope": {"rule": []},
    "handoff": {"rules": {}, "scoring": ["x"], "threshold": -1},
    "qualification": [],
    "commitments": [{"key": "S1"}, {"measure": "love", "target": {}}, None],
    "reasons": {"rejection": [{"name": ""}, 5]},
    "pause": "long",
    "recycle": {"horizon": 90},
    "roles": [{"activity": 3}],
    "channels": [{"key": "Call me", "use": "pleasure"}],
    "escalation": [{"at": "soon"}],
    "review": {"cadence": "never", "weekday": "funday"},
}


@pytest.mark.parametrize("section", SECTIONS)
def test_any_nonsense_can_be_shown_and_mended(
    client: Client, in_force: AgreementVersion, helena: User, section: str
) -> None:
    client.force_login(helena)
    draft_of(NONSENSE, in_force, helena)
    address = f"/agreements/acme/draft/{section}/"

    assert client.get(address).status_code == 200
    assert client.post(address, sent_as_shown(client, address)).status_code == 302


@pytest.mark.parametrize("section", SECTIONS)
def test_texts_are_only_texts(
    client: Client, in_force: AgreementVersion, helena: User, section: str
) -> None:
    client.force_login(helena)
    evil = "<script>alert(1)</script>"
    document: Any = NONSENSE | {
        "objectives": [{"key": evil, "statement": evil}],
        "roles": [{"activity": evil, "responsible": evil}],
        "commitments": [{"key": evil, "statement": evil, "target": evil}],
        "tiers": [{"key": evil, "name": evil}],
    }
    draft_of(document, in_force, helena)
    assert evil not in client.get(f"/agreements/acme/draft/{section}/").content.decode()
