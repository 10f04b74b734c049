"""A draft is changed by two people at once, and nothing that either typed is lost."""

from datetime import date, timedelta
from typing import Any

import pytest

from agreements.actions import drafts, signing
from agreements.actions.drafts import Chosen, Conflict, UnableToSave, UnableToStart
from agreements.actions.signing import UnableToSign
from agreements.editing import SECTIONS, part_hash, part_of, problems_of, with_value
from agreements.models import Agreement, AgreementVersion, Team, User
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user

pytestmark = pytest.mark.django_db

SECTION = next(each for each in SECTIONS if each.name == "commitments")


@pytest.fixture
def helena() -> User:
    return make_user("Helena")


@pytest.fixture
def rafael() -> User:
    return make_user("Rafael")


@pytest.fixture
def agreement(helena: User) -> Agreement:
    return drafts.create_agreement(
        slug="acme",
        name="Acme",
        marketing_team=Team.objects.create(slug="m", name="Marketing"),
        sales_team=Team.objects.create(slug="s", name="Sales"),
        time_zone="America/Sao_Paulo",
        currency="BRL",
        by=helena,
        now=NOW,
    )


@pytest.fixture
def draft(agreement: Agreement, helena: User) -> AgreementVersion:
    return drafts.start(agreement=agreement, terms=example_terms(), by=helena, now=NOW)


def part(version: AgreementVersion, **changes: Any) -> dict[str, Any]:
    found = part_of(AgreementVersion.objects.get(pk=version.pk).terms, SECTION)
    for path, value in changes.items():
        found = with_value(found, "commitments." + path.replace("__", "."), value)
    return found


def save(version: AgreementVersion, new: dict[str, Any], seen: str, by: User, **how: Any) -> Any:
    return drafts.save_section(
        version=version, section=SECTION, part=new, seen_hash=seen, by=by, now=NOW, **how
    )


def test_it_works(draft: AgreementVersion, helena: User) -> None:
    seen = part_hash(part(draft))

    saved = save(draft, part(draft, S1__within="2h"), seen, helena)

    draft.refresh_from_db()
    assert str(draft.parsed_terms().commitment("S1").within) == "2h"
    assert saved.hash == part_hash(part(draft))
    assert not saved.was_merged
    edit = draft.edits.get()
    assert (edit.section, edit.edited_by) == ("commitments", helena)
    assert edit.after == part(draft)


def test_the_same_again_is_no_edit(draft: AgreementVersion, helena: User) -> None:
    save(draft, part(draft), part_hash(part(draft)), helena)
    assert not draft.edits.exists()


def test_what_is_wrong_is_kept(draft: AgreementVersion, helena: User) -> None:
    save(draft, part(draft, S1__within="soon"), part_hash(part(draft)), helena)

    draft.refresh_from_db()
    assert [each.path for each in problems_of(draft.terms)] == ["commitments.S1.within"]


def test_two_people_at_once_are_merged(draft: AgreementVersion, helena: User, rafael: User) -> None:
    seen = part_hash(part(draft))
    hers, his = part(draft, S1__within="2h"), part(draft, S2__within="3h")

    save(draft, hers, seen, helena)
    saved = save(draft, his, seen, rafael)

    assert saved.was_merged
    assert part(draft) == part(draft, S1__within="2h", S2__within="3h")


def test_the_second_is_asked(draft: AgreementVersion, helena: User, rafael: User) -> None:
    seen = part_hash(part(draft))
    hers, his = part(draft, S1__within="2h"), part(draft, S1__within="3h", S2__within="1h")
    save(draft, hers, seen, helena)

    with pytest.raises(Conflict) as asked:
        save(draft, his, seen, rafael)

    assert asked.value.paths == ("commitments.S1.within",)
    assert asked.value.theirs == draft.edits.get()
    assert part(draft) == hers

    chosen = Chosen({"commitments.S1.within": "mine"}, part_hash(hers))
    save(draft, his, seen, rafael, chosen=chosen)
    assert part(draft) == his
    assert draft.edits.count() == 2


def test_a_choice_is_about_what_was_shown(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    seen = part_hash(part(draft))
    his = part(draft, S1__within="3h", S2__within="1h")
    hers = part(draft, S1__within="2h", S2__within="2h")
    save(draft, hers, seen, helena)
    meanwhile = part(draft, S1__within="30min")
    save(draft, meanwhile, part_hash(hers), helena)

    holds = {"commitments.S1.within": "mine", "commitments.S2.within": "theirs"}
    with pytest.raises(Conflict) as asked:
        save(draft, his, seen, rafael, chosen=Chosen(holds, part_hash(hers)))
    assert asked.value.paths == ("commitments.S1.within",)
    assert asked.value.settled == {"commitments.S2.within": "theirs"}
    assert part(draft) == meanwhile

    with pytest.raises(Conflict):
        save(draft, his, seen, rafael, chosen=Chosen(holds, "0" * 64))
    save(draft, his, seen, rafael, chosen=Chosen(holds, part_hash(meanwhile)))
    assert part(draft) == part(draft, S1__within="3h", S2__within="2h")


def test_a_clause_that_is_gone_meanwhile_is_asked_about(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    seen = part_hash(part(draft))
    his, hers = part(draft, S1__within="3h"), part(draft, S1__within="2h")
    save(draft, hers, seen, helena)
    gone = {"commitments": [each for each in hers["commitments"] if each["key"] != "S1"]}
    save(draft, gone, part_hash(hers), helena)

    holds = {"commitments.S1.within": "mine"}
    with pytest.raises(Conflict) as asked:
        save(draft, his, seen, rafael, chosen=Chosen(holds, part_hash(hers)))
    assert asked.value.paths == ("commitments.S1",)
    chosen = Chosen({"commitments.S1": "theirs"}, part_hash(gone))
    save(draft, his, seen, rafael, chosen=chosen)
    assert part(draft) == gone


def test_an_edit_is_put_back(draft: AgreementVersion, helena: User, rafael: User) -> None:
    before = part(draft)
    save(draft, part(draft, S1__within="2h"), part_hash(before), helena)
    hers = draft.edits.get()
    save(draft, part(draft, S2__within="1h"), part_hash(part(draft)), rafael)

    saved = drafts.put_back(version=draft, first=hers, last=hers, by=rafael, now=NOW)

    assert saved.edit is not None
    assert (saved.edit.puts_back, saved.edit.edited_by) == (hers, rafael)
    assert part(draft) == with_value(before, "commitments.S2.within", "1h")
    assert draft.edits.count() == 3
    again = drafts.put_back(version=draft, first=hers, last=hers, by=rafael, now=NOW)
    assert again.edit is None


def test_what_was_changed_since_is_asked_about(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    save(draft, part(draft, S1__within="2h"), part_hash(part(draft)), helena)
    hers = draft.edits.get()
    save(draft, part(draft, S1__within="3h"), part_hash(part(draft)), rafael)

    with pytest.raises(Conflict) as asked:
        drafts.put_back(version=draft, first=hers, last=hers, by=helena, now=NOW)
    assert asked.value.change.puts_back == hers
    assert asked.value.paths == ("commitments.S1.within",)
    assert asked.value.change.part == hers.before


def test_an_edit_of_a_declined_text_is_put_back_in_its_copy(
    draft: AgreementVersion, helena: User
) -> None:
    before = part(draft)
    save(draft, part(draft, S1__within="2h"), part_hash(before), helena)
    edit = draft.edits.get()
    draft.refresh_from_db()
    drafts.discard(version=draft, by=helena, now=NOW)
    copy = drafts.start(
        agreement=draft.agreement, terms=draft.terms, by=helena, now=NOW, copied_from=draft
    )
    save(copy, part(copy, S2__within="1h"), part_hash(part(copy)), helena)

    drafts.put_back(version=copy, first=edit, last=edit, by=helena, now=NOW)
    assert part(copy) == with_value(before, "commitments.S2.within", "1h")


def test_theirs_may_hold(draft: AgreementVersion, helena: User, rafael: User) -> None:
    seen = part_hash(part(draft))
    his = part(draft, S1__within="3h", S2__within="1h")
    save(draft, part(draft, S1__within="2h"), seen, helena)

    chosen = Chosen({"commitments.S1.within": "theirs"}, part_hash(part(draft)))
    save(draft, his, seen, rafael, chosen=chosen)

    assert part(draft) == part(draft, S1__within="2h", S2__within="1h")


def test_a_state_nobody_knows_is_no_licence_to_overwrite(
    draft: AgreementVersion, rafael: User
) -> None:
    with pytest.raises(Conflict):
        save(draft, part(draft, S1__within="3h"), "0" * 64, rafael)


def test_a_foreign_part_is_refused(draft: AgreementVersion, helena: User) -> None:
    with pytest.raises(KeyError):
        save(draft, {"funnel": {}}, part_hash(part(draft)), helena)


def test_one_draft_at_a_time(draft: AgreementVersion, helena: User) -> None:
    with pytest.raises(UnableToStart, match="Version 1"):
        drafts.start(agreement=draft.agreement, terms={"schema": 1}, by=helena, now=NOW)

    drafts.discard(version=draft, by=helena, now=NOW)
    second = drafts.start(agreement=draft.agreement, terms={"schema": 1}, by=helena, now=NOW)

    assert (second.number, second.status) == (2, "draft")
    with pytest.raises(UnableToSave, match="withdrawn"):
        save(draft, part(draft), part_hash(part(draft)), helena)
    with pytest.raises(UnableToSave, match="no draft any more but withdrawn"):
        drafts.discard(version=draft, by=helena, now=NOW)


def test_the_wanted_period(draft: AgreementVersion, helena: User) -> None:
    first = date(2026, 7, 1)
    drafts.set_wanted_period(version=draft, from_date=first, to_date=None, by=helena, now=NOW)
    draft.refresh_from_db()
    assert draft.wanted_from_date == first

    drafts.set_wanted_period(version=draft, from_date=first, to_date=first, by=helena, now=NOW)
    draft.refresh_from_db()
    assert [each.path for each in draft.problems()] == ["wanted_to_date"]
    with pytest.raises(UnableToSign, match="would end before it begins: choose a later end"):
        signing.propose(version=draft, party="marketing", by=helena, now=NOW)

    end = first + timedelta(days=1)
    drafts.set_wanted_period(version=draft, from_date=first, to_date=end, by=helena, now=NOW)
    draft.refresh_from_db()
    assert draft.problems() == ()


def test_an_agreement_has_two_sides(agreement: Agreement, helena: User) -> None:
    told: dict[str, Any] = {
        "name": "Other",
        "marketing_team": agreement.marketing_team,
        "time_zone": "UTC",
        "currency": "",
        "by": helena,
        "now": NOW,
    }
    with pytest.raises(UnableToStart, match="two teams"):
        drafts.create_agreement(slug="other", sales_team=agreement.marketing_team, **told)
    with pytest.raises(UnableToStart, match="acme"):
        drafts.create_agreement(slug="acme", sales_team=agreement.sales_team, **told)
