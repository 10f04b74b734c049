"""Addresses of the pages about figures."""

from datetime import date

from django.test.utils import override_script_prefix

from agreements.models import Agreement
from metrics.addresses import BehindAddress, breaches_href, clause_href, dashboard_href
from metrics.periods import month

ACME = Agreement(slug="acme")
MAY = month("2026-05", "America/Sao_Paulo")


def test_it_works() -> None:
    assert dashboard_href(ACME, MAY) == "/agreements/acme/?month=2026-05"
    assert dashboard_href(ACME, MAY, adjusted=True).endswith("?month=2026-05&figures=adjusted")
    assert breaches_href(ACME, MAY, clause="S2").endswith("/breaches/?month=2026-05&clause=S2")
    assert clause_href(ACME, 2, "S2").endswith("/2/#S2")


def test_the_leads_behind_a_part_on_some_days() -> None:
    behind = BehindAddress(ACME, "S2", MAY)

    assert behind() == "/agreements/acme/figures/S2/?month=2026-05"
    assert behind("late").endswith("?month=2026-05&part=late")
    of_days = behind(from_date=date(2026, 5, 4), to_date=date(2026, 5, 6))
    assert of_days.endswith("?month=2026-05&from=2026-05-04&to=2026-05-06")


def test_a_part_is_quoted() -> None:
    assert BehindAddress(ACME, "handoffs", MAY)("reason.a b&c").endswith("&part=reason.a+b%26c")


def test_addresses_begin_with_the_prefix_the_portal_answers_under() -> None:
    plain = dashboard_href(ACME, MAY)

    with override_script_prefix("/sla/"):
        assert dashboard_href(ACME, MAY) == f"/sla{plain}"
        assert BehindAddress(ACME, "S2", MAY)().startswith("/sla/agreements/")
    assert dashboard_href(ACME, MAY) == plain
