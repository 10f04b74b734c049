"""The difference between two versions, and the history of who changed what."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.actions import drafts
from agreements.editing import EditedSection, part_hash, part_of, section_named, with_value, without
from agreements.models import AgreementVersion, Comment, Signature, Suggestion, User, VersionStep
from agreements.starters import load_starter
from tests.factories import example_terms, make_rep, make_user, make_version

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 12, 15, tzinfo=UTC)
Edit = Callable[[dict[str, Any]], dict[str, Any]]


def started(version: AgreementVersion, by: User, **more: Any) -> AgreementVersion:
    """A draft that begins as a copy of a version."""
    return drafts.start(
        agreement=version.agreement,
        terms=version.terms,
        copied_from=version,
        by=by,
        now=NOW - timedelta(days=1),
        **more,
    )


def save(draft: AgreementVersion, name: str, edit: Edit, by: User, at: datetime = NOW) -> None:
    """Save a section of a draft as somebody changed it."""
    section = section_named(name)
    assert isinstance(section, EditedSection)
    draft.refresh_from_db()
    seen = part_of(draft.terms, section)
    changed = part_of(edit(draft.terms), section)
    drafts.save_section(
        version=draft, section=section, part=changed, seen_hash=part_hash(seen), by=by, now=at
    )
    draft.refresh_from_db()


def setting(path: str, value: Any) -> Edit:
    return lambda document: with_value(document, path, value)


def shown(client: Client, which: str = "differences", **asked: str) -> str:
    """The words of a page, without its markup, spaces made plain."""
    response = client.get(reverse(f"agreements:{which}", args=["acme"]), asked)
    assert response.status_code == 200
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", main)))


@pytest.fixture
def helena(client: Client) -> User:
    """The lead of marketing, signed in, whose agreement has one version in force."""
    version = make_version()
    helena = make_user("Helena", team=version.agreement.marketing_team, role="lead")
    client.force_login(helena)
    return helena


@pytest.fixture
def draft(helena: User) -> AgreementVersion:
    """A draft in which the first follow-up got faster, and that was commented on."""
    draft = started(AgreementVersion.objects.get(), helena)
    save(draft, "commitments", setting("commitments.S2.within", "2h"), helena)
    Comment.objects.create(
        version=draft, path="commitments.S2.within", text="Can we?", author=helena,
        written_at=NOW + timedelta(minutes=30),
    )  # fmt: skip
    return draft


def test_it_works(client: Client, draft: AgreementVersion) -> None:
    text = shown(client)

    assert "What changes: Version 1 to Draft 2" in text
    assert "1 difference in 1 of 5 sections; " in text
    assert "First follow-up: 4 h becomes 2 h." in text
    assert "First follow-up within [deleted:] 4 h[inserted:] 2 h, in 90%." in text
    assert "Helena, Tue 12 May 15:00" in text
    assert "1 comment" in text


def test_deletions_and_insertions_are_marked_as_such(
    client: Client, draft: AgreementVersion
) -> None:
    response = client.get(reverse("agreements:differences", args=["acme"]))
    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"<del><span[^>]+>\[deleted:\] </span>4 h</del>", page)
    assert re.search(r"<ins><span[^>]+>\[inserted:\] </span>2 h</ins>", page)
    assert "4 h becomes <strong>2 h</strong>." in page
    assert "style=" not in page.split("<main")[1].split("</main>")[0]


def test_inline_and_side_by_side(client: Client, draft: AgreementVersion) -> None:
    inline = shown(client, **{"as": "inline"})
    assert "First follow-up within [deleted:] 4 h[inserted:] 2 h, in 90%." in inline
    assert "Working time is Monday to Friday" in inline
    side = shown(client, **{"as": "side"})
    assert "First follow-up within [deleted:] 4 h, in 90%." in side
    assert "First follow-up within [inserted:] 2 h, in 90%." in side


BACK, SAME = {"from": "2", "to": "1"}, {"from": "2", "to": "2"}


def test_any_two_versions_either_way(client: Client, draft: AgreementVersion) -> None:
    text = shown(client, **BACK)
    assert "First follow-up: 2 h becomes 4 h." in text
    assert "Helena, Tue 12 May 15:00" in text
    assert "The same text" in shown(client, **SAME)


@pytest.mark.parametrize("asked", [{"from": "9"}, {"to": "0"}, {"from": "x"}, {"from": "1'"}])
def test_there_is_no_such_version(
    client: Client, draft: AgreementVersion, asked: dict[str, str]
) -> None:
    assert client.get(reverse("agreements:differences", args=["acme"]), asked).status_code == 404


def test_an_unknown_reading_is_the_first(client: Client, draft: AgreementVersion) -> None:
    assert "In words" in shown(client, **{"as": "<script>"})


def test_nothing_to_compare_yet(client: Client, helena: User) -> None:
    assert "There is nothing to compare yet" in shown(client)


def test_strangers_find_nothing(client: Client, draft: AgreementVersion) -> None:
    other = make_version(slug="other")
    client.force_login(make_rep("Zoe", other.agreement))
    for name in ("differences", "history"):
        assert client.get(reverse(f"agreements:{name}", args=["acme"])).status_code == 404
    client.logout()
    for name in ("differences", "history"):
        response = client.get(reverse(f"agreements:{name}", args=["acme"]))
        assert response.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("reading", ["words", "inline", "side"])
def test_a_draft_that_is_not_valid(client: Client, helena: User, reading: str) -> None:
    draft = started(AgreementVersion.objects.get(), helena)
    save(draft, "commitments", setting("commitments.S2.within", "soon"), helena)
    save(draft, "commitments", setting("commitments.S1.within", "2h"), helena)
    save(draft, "objectives", setting("objectives", "win <b>"), helena)

    text = shown(client, **{"as": reading})

    assert "“soon” is not a duration" in text
    assert "cannot be worded" in text
    # What cannot be worded was not deleted.
    assert "[deleted:] First follow-up" not in text
    if reading == "words":
        assert "First follow-up: 4 h becomes soon." in text
        assert "Accept or reject: 4 h becomes 2 h." in text
        assert "Objectives: now win <b>." in text


def test_a_draft_of_nothing_but_nonsense(client: Client, helena: User) -> None:
    version = AgreementVersion.objects.get()
    drafts.start(agreement=version.agreement, terms={"schema": 9}, by=helena, now=NOW)
    for reading in ("words", "inline", "side"):
        assert "What changes" in shown(client, **{"as": reading})


def test_whoever_changed_it_last_is_named(client: Client, helena: User) -> None:
    rafael = make_rep("Rafael", AgreementVersion.objects.get().agreement)
    draft = started(AgreementVersion.objects.get(), helena)
    save(draft, "commitments", setting("commitments.S1.within", "3h"), helena)
    save(draft, "commitments", setting("commitments.S2.within", "3h"), helena)
    save(draft, "commitments", setting("commitments.S1.within", "2h"), rafael)

    text = shown(client)

    assert re.search(r"Accept or reject: 4 h becomes 2 h\..*?Rafael, Tue 12 May.*?S2", text)
    assert re.search(r"First follow-up: 4 h becomes 3 h\..*?Helena, Tue 12 May", text)


def test_edits_of_a_declined_text_count_for_its_copy(client: Client, helena: User) -> None:
    first = started(AgreementVersion.objects.get(), helena)
    save(first, "commitments", setting("commitments.S1.within", "3h"), helena)
    AgreementVersion.objects.filter(pk=first.pk).update(status="declined")
    first.refresh_from_db()
    started(first, helena)
    text = shown(client)
    assert "What changes: Version 1 to Draft 3" in text
    assert "Accept or reject: 4 h becomes 3 h." in text
    assert "Helena, Tue 12 May 15:00" in text


def test_what_follows_elsewhere_in_the_text(client: Client, helena: User) -> None:
    terms = example_terms()
    terms["commitments"].append(
        {"key": "M1", "party": "marketing", "measure": "stage_volume", "stage": "mql", "target": 90}
    )
    make_version(terms, slug="beta", closures={})
    version = AgreementVersion.objects.get(agreement__slug="beta")
    helena.is_director = True
    helena.save()
    draft = started(version, helena)
    save(draft, "funnel", setting("funnel.stages.mql.name", "Ready lead"), helena)

    response = client.get(reverse("agreements:differences", args=["beta"]))

    page = unescape(response.content.decode())
    assert "MQL · Name: “MQL” becomes <strong>“Ready lead”</strong>." in page
    assert "The wording follows from a change elsewhere." in page


LONG = " ".join(["Instituto de Pesquisas e Desenvolvimento"] * 5)


def test_sixty_commitments_with_long_names(
    client: Client,
    helena: User,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    draft = started(AgreementVersion.objects.get(), helena)
    entries = [
        {
            "key": f"M{number}",
            "party": "marketing",
            "measure": "stage_volume",
            "stage": "mql",
            "target": number,
            "statement": f"{LONG} {number}",
        }
        for number in range(5, 65)
    ]
    save(
        draft,
        "commitments",
        lambda document: {**document, "commitments": [*document["commitments"], *entries]},
        helena,
    )
    with django_assert_max_num_queries(20):
        text = shown(client)
    assert "60 differences" in text
    assert f"New: {LONG} 64" in text


@pytest.mark.parametrize("name", ["differences", "history"])
def test_queries_do_not_grow(
    client: Client,
    draft: AgreementVersion,
    helena: User,
    name: str,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    for number in range(12):
        at = NOW + timedelta(hours=number)
        save(draft, "commitments", setting("commitments.S1.target", f"0.{50 + number}"), helena, at)
        save(draft, "roles", setting("roles", [_role(f"Task {number}")]), helena, at)
    with django_assert_max_num_queries(20):
        shown(client, name)


def _role(activity: str) -> dict[str, str]:
    return {"activity": activity, "responsible": "Ana", "accountable": "Helena"}


@pytest.mark.parametrize("language", ["es", "pt-br"])
def test_other_languages(
    client: Client, draft: AgreementVersion, helena: User, language: str
) -> None:
    helena.language = language
    helena.save()
    for text in (shown(client), shown(client, "history")):
        assert "becomes" not in text
        assert "changed" not in text


# The history


def test_history(client: Client, draft: AgreementVersion, helena: User) -> None:
    VersionStep.objects.create(
        version=draft, step="propose", party="marketing", taken_by=helena,
        taken_at=NOW + timedelta(hours=1), note="Have a look",
    )  # fmt: skip
    Signature.objects.create(
        version=draft, party="marketing", user=helena, signer_name="Helena",
        signed_at=NOW + timedelta(hours=2), terms_hash=draft.terms_hash, method="password",
    )  # fmt: skip
    Comment.objects.update(resolved_by=helena, resolved_at=NOW + timedelta(hours=3))
    Suggestion.objects.create(
        version=draft, path="commitments.S1.within", before="4h", after="1h", note="Faster",
        party="sales", suggested_by=helena, suggested_at=NOW + timedelta(hours=4),
        outcome="refused", decided_by=helena, decided_at=NOW + timedelta(hours=5), reason="No way",
    )  # fmt: skip

    text = shown(client, "history")

    told = [
        "Helena refused the suggestion about S1.", "No way",
        "Helena suggested a change of S1 in version 2.", "Faster",
        "S1 · Accept or reject: 4 h becomes 1 h.",
        "Helena resolved the conversation about S2.",
        "Helena signed version 2 for marketing, with password.",
        "Helena proposed version 2 for signature.", "Have a look",
        "Helena commented on S2 in version 2.", "Can we?",
        "Helena changed “Commitments” in version 2.",
        "S2 · First follow-up: 4 h becomes 2 h.",
        "Helena began version 2 as a copy of version 1.",
        "An administrator took over version 1, which was signed elsewhere.",
    ]  # fmt: skip
    places = [text.find(sentence) for sentence in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places)


def test_saves_close_together_are_one_change(client: Client, helena: User) -> None:
    rafael = make_rep("Rafael", AgreementVersion.objects.get().agreement)
    draft = started(AgreementVersion.objects.get(), helena)
    for minute, within in enumerate(["3h", "2h", "1h"]):
        at = NOW + timedelta(minutes=4 * minute)
        save(draft, "commitments", setting("commitments.S1.within", within), helena, at)
    save(
        draft,
        "commitments",
        setting("commitments.S1.within", "5h"),
        rafael,
        NOW + timedelta(minutes=9),
    )
    save(
        draft,
        "commitments",
        setting("commitments.S1.within", "6h"),
        helena,
        NOW + timedelta(minutes=30),
    )

    text = shown(client, "history")

    assert "S1 · Accept or reject: 4 h becomes 1 h." in text
    assert "Accept or reject: 1 h becomes 5 h." in text
    assert "Accept or reject: 5 h becomes 6 h." in text
    assert text.count("changed “Commitments”") == 3


def test_a_change_that_was_taken_back(client: Client, helena: User) -> None:
    draft = started(AgreementVersion.objects.get(), helena)
    save(draft, "commitments", setting("commitments.S1.within", "3h"), helena)
    save(draft, "commitments", setting("commitments.S1.within", "4h"), helena)
    text = shown(client, "history")
    assert "Helena changed “Commitments” in version 2 and changed it back." in text


def test_history_has_pages(client: Client, helena: User) -> None:
    draft = started(AgreementVersion.objects.get(), helena)
    for number in range(40):
        at = NOW + timedelta(hours=number)
        save(draft, "commitments", setting("commitments.S1.target", f"0.{50 + number}"), helena, at)
    assert "1 to 30 of" in shown(client, "history")
    assert "began version 2" in shown(client, "history", page="2")


def test_a_place_that_is_gone(client: Client, draft: AgreementVersion, helena: User) -> None:
    save(draft, "commitments", lambda document: without(document, "commitments.S2"), helena)
    Suggestion.objects.create(
        version=draft, path="commitments.S2.within", before="4h", after="1h",
        party="sales", suggested_by=helena, suggested_at=NOW,
    )  # fmt: skip
    text = shown(client, "history")
    assert "Helena suggested a change of S2 in version 2." in text


@pytest.mark.parametrize("name", ["inbound-en", "inbound-pt"])
def test_starters_differ_readably(client: Client, helena: User, name: str) -> None:
    draft = started(AgreementVersion.objects.get(), helena)
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=load_starter(name))
    for reading in ("words", "inline", "side"):
        text = shown(client, **{"as": reading})
        assert "{'" not in text
        assert '{"' not in text
