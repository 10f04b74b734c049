"""Trying rules on what happened gives the clocks that settling under these rules gives."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from agreements.models import Absence, Agreement, AgreementVersion, User
from agreements.terms import parse_terms
from leads.actions import merges
from leads.before.qualifying import attributes_at_offer
from leads.ingest import ingest
from leads.models import Clock, Handoff, LeadIdentity
from leads.plain.clocks import NEVER
from leads.rebuild import rebuild
from leads.trying.clocks import TriedClocks
from leads.trying.drafts import rulebook_of_terms
from leads.trying.offers import Window
from leads.trying.past import read_past
from leads.trying.trial import Trial
from tests.factories import example_terms, make_rep, make_user, make_version
from tests.leads.test_plain_rebuild import COMMITMENTS, NOW, START, Chance

pytestmark = pytest.mark.django_db

LEADS = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIERS = [
    {
        "key": "small",
        "name": "Small",
        "when": {"field": "size", "operator": "at_most", "value": 80},
        "calendar": "always",
    },
    {"key": "rest", "name": "Rest"},
]


def terms_of(*commitments: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """Terms with promises of every kind, those given instead of the ones with the same key."""
    known = {each["key"]: each | {"target": "0.9"} for each in COMMITMENTS}
    known |= {each["key"]: {"target": "0.9"} | each for each in commitments}
    return example_terms(late_logging="60d", commitments=list(known.values())) | sections


SIGNED = terms_of()
CHANGED = {
    "other times": terms_of(
        {"key": "M1", "party": "marketing", "measure": "handover", "within": "30min"},
        {"key": "S1", "party": "sales", "measure": "acceptance", "within": "2bd"},
        {"key": "S3", "party": "sales", "measure": "persistence", "within": "3d", "count": 2},
    ),
    "other promises": terms_of(
        {"key": "M4", "party": "marketing", "measure": "routing", "within": "5min"},
        {
            "key": "S2",
            "party": "sales",
            "measure": "first_follow_up",
            "within": "1h",
            "evidence": "contact",
            "where": {"field": "origin", "operator": "is", "value": "event"},
        },
        {"key": "S9", "party": "sales", "measure": "stage_age", "within": "2d", "stage": "mql"},
    ),
    "other tiers, hours and reasons": terms_of(
        {"key": "S1", "party": "sales", "measure": "acceptance", "within": "3h", "tiers": ["rest"]},
        tiers=TIERS,
        hours={"mon-sat": "10:00-16:00"},
        late_logging="1h",
        reasons={
            "rejection": [{"key": "wrong_data", "name": "Wrong data"}],
            "recycling": [
                {"key": "not_reached", "name": "Not reached", "means": "not_now"},
                {"key": "not_now", "name": "Not now", "means": "not_reached"},
            ],
        },
    ),
}


def tell(seed: int, version: AgreementVersion) -> None:
    """Settle some leads as they were told; one rep was away for some days."""
    chance = Chance(seed)
    reps = [make_rep(name, version.agreement) for name in ("Ana", "Bruno")]
    away = {"starts_at": START + timedelta(days=9), "ends_at": START + timedelta(days=12)}
    Absence.objects.create(user=reps[1], recorded_at=START, **away)
    facts = [fact for number in range(LEADS) for fact in chance.facts(number, reps)]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)


def window_of(agreement: Agreement) -> Window:
    return Window(agreement, date(2026, 8, 1), date(2026, 10, 2))


def tried(agreement: Agreement, terms: Mapping[str, Any]) -> dict[str, TriedClocks]:
    book = rulebook_of_terms(parse_terms(terms))
    return Trial(read_past(window_of(agreement), [book]), book, NOW).clocks()


def cells_of(clocks: Mapping[str, TriedClocks]) -> list[tuple[Any, ...]]:
    """Return all clocks as comparable rows, by names that outlast a database."""
    handoffs = names(Handoff.objects.values_list("pk", "external_id"))
    people = {0: ""} | names(User.objects.values_list("pk", "name"))
    return sorted(
        (
            handoffs[pk], clause, occurrence, start, due, stop, void, breach, gave_up, used,
            attempts, people[holder],
        )
        for clause, of in clocks.items()
        for pk, occurrence, start, due, stop, void, breach, gave_up, used, attempts, holder in zip(
            *(getattr(of, name).tolist() for name in TriedClocks.__slots__), strict=True
        )
    )  # fmt: skip


def stored() -> list[tuple[Any, ...]]:
    """Return the stored clocks as such rows."""
    columns = (
        "handoff__external_id", "clause_key", "occurrence", "started_at", "due_at", "stopped_at",
        "void_at", "breached_at", "gave_up", "used", "attempts", "holder__name",
    )  # fmt: skip
    return sorted(
        (
            *row[:3], *map(instant, row[3:8]), row[8],
            -1 if row[9] is None else row[9] // timedelta(microseconds=1), row[10], row[11] or "",
        )
        for row in Clock.objects.values_list(*columns)
    )  # fmt: skip


def instant(at: datetime | None) -> int:
    return NEVER if at is None else (at - EPOCH) // timedelta(microseconds=1)


def names(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    return dict(pairs)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_version_in_force_gives_the_stored_clocks(seed: int) -> None:
    version = make_version(SIGNED)
    tell(seed, version)

    assert cells_of(tried(version.agreement, SIGNED)) == stored()
    assert Clock.objects.count() > LEADS


@pytest.mark.parametrize("changed", sorted(CHANGED))
def test_a_draft_gives_what_settling_under_it_would_give(changed: str) -> None:
    with state_that_goes():
        before = make_version(SIGNED)
        tell(3, before)
        found = cells_of(tried(before.agreement, CHANGED[changed]))

    # The same facts, told to an agreement that had the changed terms all along.
    with state_that_goes():
        tell(3, make_version(CHANGED[changed]))
        settled = stored()

    assert found == settled


@contextmanager
def state_that_goes() -> Iterator[None]:
    """Have the database as it was before, afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def merge_each_second_of_some_leads_into_another(version: AgreementVersion, at: datetime) -> None:
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    found = LeadIdentity.objects.filter(source="crm").order_by("pk").select_related("lead")
    leads = [identity.lead for identity in found[: LEADS // 3]]
    for kept, merged in zip(leads[::2], leads[1::2], strict=True):
        merges.merge(kept=kept, merged=merged, by=rafael, now=at)
    rebuild(now=NOW)


@pytest.mark.parametrize("changed", [None, "other tiers, hours and reasons"])
def test_leads_that_are_one_are_judged_by_what_is_known_of_all_of_them(
    changed: str | None,
) -> None:
    terms = CHANGED[changed] if changed else SIGNED | {"tiers": TIERS}
    at = START + timedelta(days=10)
    with state_that_goes():
        before = make_version(SIGNED)
        tell(6, before)
        merge_each_second_of_some_leads_into_another(before, at)
        found = cells_of(tried(before.agreement, terms))

    with state_that_goes():
        judging = make_version(terms)
        tell(6, judging)
        merge_each_second_of_some_leads_into_another(judging, at)
        settled = stored()
        told = attributes_at_offer(list(Handoff.objects.filter(offered_at__gt=at)))
        own = {each.pk: each.lead.attributes for each in Handoff.objects.filter(pk__in=told)}

    assert found == settled
    assert any(told[pk].get("size") != own[pk].get("size") for pk in told), "no merge moves a tier"


def test_both_ways_are_taken() -> None:
    version = make_version(SIGNED)
    tell(4, version)
    window = window_of(version.agreement)

    past = read_past(window, [rulebook_of_terms(parse_terms(SIGNED))])

    assert LEADS / 5 < past.plain.rows.size < past.offers.handoff_ids.size


def test_only_offers_of_the_window_are_tried() -> None:
    version = make_version(SIGNED)
    tell(5, version)
    day = Window(version.agreement, date(2026, 9, 8), date(2026, 9, 9))
    book = rulebook_of_terms(parse_terms(SIGNED))

    clocks = Trial(read_past(day, [book]), book, NOW).clocks()

    offered = {"handoff__offered_at__gte": day.starts_at, "handoff__offered_at__lt": day.ends_at}
    of_day = Clock.objects.filter(**offered)
    expected = sorted(of_day.values_list("handoff", "clause_key", "occurrence"))
    found = [
        (pk, clause, occurrence)
        for clause, of in clocks.items()
        for pk, occurrence in zip(of.handoff_ids.tolist(), of.occurrences.tolist(), strict=True)
    ]
    assert sorted(found) == expected
    assert expected


def test_an_agreement_without_handoffs() -> None:
    version = make_version(SIGNED)
    clocks = tried(version.agreement, SIGNED)
    assert {clause: of.handoff_ids.size for clause, of in clocks.items()} == {
        "M1": 0, "S1": 0, "S2": 0, "S3": 0, "S4": 0,
    }  # fmt: skip
