"""Days that changed are counted again, whole."""

import pytest

from leads.ingest import ingest
from leads.models import Change
from metrics.rollup import rebuild_roll_ups, roll_up
from tests.factories import Teller, local, make_version

pytestmark = pytest.mark.django_db
NOW = local("2026-10-01 09:00")


def test_it_works() -> None:
    version = make_version()
    tell = Teller()
    facts = [
        tell.stage("mql", local("2026-09-04 17:40")),
        tell.event("offered", local("2026-09-04 17:40")),
        tell.event("assigned", local("2026-09-04 17:43"), to_queue=True),
        tell.follow_up("no_answer", local("2026-09-08 13:00")),
        tell.event("accepted", local("2026-09-08 09:10")),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    assert roll_up(now=NOW) > 0
    assert not Change.objects.exists()
    assert rebuild_roll_ups(now=NOW) == 0
