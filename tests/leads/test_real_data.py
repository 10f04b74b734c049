"""What is kept of two real data sets equals an independent count over the files."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db.models import Count

from agreements.models import OwnerName
from leads.models import Clock, Deal, Lead, LeadChange, StageEntry
from leads.rebuild import rebuild
from leads.sweep import record_breaches
from tests.leads import independent_counts, real_data

pytestmark = [pytest.mark.django_db, pytest.mark.data]

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def data() -> Path:
    return real_data.folder()


def test_olist(data: Path) -> None:
    agreement = real_data.adopt("olist", effective=date(2017, 6, 1), now=NOW)
    mqls, deals = data / real_data.OLIST_MQLS, data / real_data.OLIST_DEALS

    imported = [
        real_data.take_in(mqls, "olist/mqls.yaml", agreement, now=NOW),
        real_data.take_in(deals, "olist/deals.yaml", agreement, now=NOW),
    ]

    assert [(one.rows, one.taken, one.rejected) for one in imported] == [
        (8000, 8000, 0),
        (842, 842, 0),
    ]
    expected = independent_counts.olist(mqls, deals, as_of=NOW)
    for stage, name in (("mql", "mqls"), ("customer", "customers")):
        entries = StageEntry.objects.holding().filter(stage=stage)
        kept = Counter(
            f"{at.astimezone(independent_counts.SAO_PAULO):%Y-%m}"
            for at in entries.values_list("occurred_at", flat=True)
        )
        assert kept == {
            month: count for month, of in expected.items() if (count := getattr(of, name))
        }
    origins = Lead.objects.values_list("origin").annotate(Count("pk"))
    counted = independent_counts.origins(mqls)
    assert dict(origins) == counted | {None: counted.pop("")}
    assert Deal.objects.filter(status="won", amount=None, person__isnull=False).count() == 842
    assert OwnerName.objects.filter(source="olist", user__email=None).count() == 22
    sign_ups = LeadChange.objects.filter(external_id__endswith="/sign-up")
    assert sign_ups.exclude(attributes__has_key="landing_page").count() == 4
    assert rebuild(now=NOW) == 0


def test_bpi2012(data: Path) -> None:
    agreement = real_data.adopt("bpi2012", effective=date(2011, 10, 1), now=NOW)
    cases = data / real_data.BPI_CASES

    imported = real_data.take_in(cases, "bpi2012/cases.yaml", agreement, now=NOW)

    assert (imported.rows, imported.taken, imported.rejected) == (13087, 13087, 0)
    assert imported.silent == 13087 - 4755
    expected = independent_counts.bpi(cases)
    kept: dict[str, independent_counts.BpiMonth] = {}
    for clock in Clock.objects.all():
        local = clock.started_at.astimezone(independent_counts.AMSTERDAM)
        month = kept.setdefault(f"{local:%Y-%m}", independent_counts.BpiMonth())
        month.breached += clock.breached_at is not None
        month.met += clock.breached_at is None and clock.stopped_at is not None
        assert clock.used is not None
        month.took.append(clock.used)
    assert {month: (of.met, of.breached, sorted(of.took)) for month, of in kept.items()} == {
        month: (of.met, of.breached, sorted(of.took)) for month, of in expected.items()
    }
    assert sum(of.met + of.breached for of in expected.values()) == 4755
    assert record_breaches(now=NOW) == 0
    assert rebuild(now=NOW) == 0
