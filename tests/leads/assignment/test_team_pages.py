"""The pages of a sales team: its rules, who holds how much, and giving handoffs away."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, Audit, User
from leads.models import AssignmentRule, Handoff, TeamRules
from tests.factories import example_terms, local, make_user, make_version
from tests.leads.assignment.assigning import away, make_rule, offered, rep
from tests.leads.pages import NOW, offer, text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

RULES = "/agreements/acme/assignment/"
TEAM = "/agreements/acme/team/"


# -- the rules


def test_it_works(client: Client, version: AgreementVersion, rafa: User) -> None:
    page = client.get(RULES)
    assert "There is no rule yet" in text_of(page)

    new = reverse("leads:assignment-rule-new", args=["acme"])
    assert "all reps" not in text_of(client.get(new))
    rule = {
        "name": "Minas Gerais",
        "method": "load",
        "people": [rep("Bruno").pk],
        "when.1.field": "state",
        "when.1.operator": "is",
        "when.1.value": "MG",
        "do": "save",
    }
    response = client.post(new, rule, follow=True)

    text = text_of(response)
    assert "“Minas Gerais” is saved." in text
    assert "Where state is MG Who has the fewest open handoffs, among Bruno" in text
    assert "Not in use" in text
    stored = AssignmentRule.objects.get()
    assert stored.when == {"field": "state", "operator": "is", "value": "MG"}
    assert Audit.objects.filter(action="leads.team_rules.saved").exists()

    response = client.post(f"{RULES}deeds/", {"do": "use"}, follow=True)
    assert "In use since Tue 8 Sep 10:00" in text_of(response)


def test_the_latest_handoffs_by_the_rules(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    make_rule(version.agreement, is_in_use=False)
    for number in range(3):
        at = NOW - timedelta(minutes=30 - number)
        offer(version, f"L{number}", at, holder=rep("Carla"))
    away(rep("Bruno"), "2026-09-08 09:00", "2026-09-08 18:00")

    text = text_of(client.get(RULES))

    assert "The latest 3 handoffs by these rules" in text
    assert "L2 09:32 Ana Everybody: next in turn" in text.replace("Carla L", "L")
    assert "L1 09:31 Carla Everybody: next in turn; Bruno is away Carla" in text
    assert Handoff.objects.filter(holder=rep("Carla")).count() == 3


def test_a_rule_is_tried_before_it_is_saved(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    rule = make_rule(version.agreement)
    offer(version, "Paulo", NOW - timedelta(minutes=20), holder=rep("Carla"))
    address = reverse("leads:assignment-rule", args=["acme", rule.pk])
    typed = form_values(client.get(address).content.decode(), "rule") | {
        "people": [rep("Bruno").pk], "do": "try",
    }  # fmt: skip

    response = client.post(address, typed)

    assert "Paulo 09:40 Bruno Everybody: next in turn" in text_of(response)
    assert not rule.people.exists()


def test_conditions_are_added_and_removed_without_scripts(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    address = reverse("leads:assignment-rule-new", args=["acme"])
    typed: dict[str, Any] = {"name": "South", "method": "load"}

    response = client.post(address, typed | {"do": "add when"})
    assert response.status_code == 200
    values = form_values(response.content.decode(), "rule")
    assert (values["name"], values["method"]) == (["South"], ["load"])
    assert "when.1.field" in values
    assert "is missing" not in text_of(response).partition("For which leads")[0]

    response = client.post(address, values | {"do": "remove when.1"})
    assert "when.1.field" not in form_values(response.content.decode(), "rule")


def test_a_rule_that_is_wrong_says_so(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    typed = {"name": "", "method": "load", "when.1.field": "state", "when.1.operator": "one_of"}
    response = client.post(reverse("leads:assignment-rule-new", args=["acme"]), typed)

    assert response.status_code == 422
    text = text_of(response)
    assert "Give the rule a name." in text
    assert "needs a list of values" in text
    assert not AssignmentRule.objects.exists()


def test_rules_change_places_and_go(client: Client, version: AgreementVersion, rafa: User) -> None:
    first, second = (make_rule(version.agreement, name) for name in ("First", "Second"))

    client.post(f"{RULES}deeds/", {"do": f"up {second.pk}"})
    assert [each.name for each in AssignmentRule.objects.all()] == ["Second", "First"]
    client.post(f"{RULES}deeds/", {"do": f"up {second.pk}"})
    client.post(f"{RULES}deeds/", {"do": f"down {second.pk}"})
    assert [each.name for each in AssignmentRule.objects.all()] == ["First", "Second"]

    client.post(f"{RULES}deeds/", {"do": "set_aside"})
    assert TeamRules.objects.get().in_use_since is None
    client.post(f"{RULES}deeds/", {"do": f"remove {first.pk}"})
    response = client.post(f"{RULES}deeds/", {"do": f"remove {second.pk}"}, follow=True)
    assert "“Second” is removed." in text_of(response)
    response = client.post(f"{RULES}deeds/", {"do": "use"}, follow=True)
    assert "There is no rule yet: write one first." in text_of(response)


def test_the_rules_of_another_team_are_not_found(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    assert client.post(f"{RULES}deeds/", {"do": "remove 12345"}).status_code == 404
    assert client.get(f"{RULES}rules/12345/").status_code == 404


def test_the_page_asks_no_more_for_more_rules(
    client: Client, version: AgreementVersion, rafa: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        make_rule(version.agreement, f"Rule {number}")
    for number in range(8):
        offer(version, f"L{number}", NOW - timedelta(minutes=number), holder=rep("Ana"))
    with django_assert_max_num_queries(30):
        page = client.get(RULES)
    assert "Rule 5" in text_of(page)


# -- who holds how much


@pytest.mark.parametrize("name", ["team", "assignment", "absences"])
def test_one_page_of_the_team_leads_to_the_others(
    client: Client, version: AgreementVersion, rafa: User, name: str
) -> None:
    html = client.get(reverse(f"leads:{name}", args=["acme"])).content.decode()
    nav = re.findall(r'<nav class="segments".*?</nav>', html, re.DOTALL)
    assert re.findall(r'href="([^"]*)"', nav[0]) == [TEAM, RULES, "/agreements/acme/absences/"]


def test_what_somebody_holds_under_another_agreement_is_told_apart(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    elsewhere = make_version(example_terms(), slug="other")
    for name in ("Otto", "Rita"):
        offer(elsewhere, name, NOW - timedelta(minutes=9), holder=rep("Ana"))
    offer(version, "Paulo", NOW - timedelta(minutes=9), holder=rep("Ana"))
    assert "Ana 1 and 2 under other agreements" in text_of(client.get(TEAM))


def test_the_team(client: Client, version: AgreementVersion, rafa: User) -> None:
    offer(version, "Late", local("2026-09-04 09:00"), holder=rep("Ana"))
    offer(version, "Soon", local("2026-09-08 09:00"), holder=rep("Ana"))
    offered(version.agreement, "Waiting", NOW)
    away(rep("Ana"), "2026-09-08 09:30", "2026-09-09 00:00")
    away(rep("Bruno"), "2026-09-14 00:00", "2026-09-15 00:00")

    text = text_of(client.get(TEAM))

    assert "1 handoff runs out while its holder is away." in text
    assert "Ana 2 1 away, back on Wed 9 Sep 1" in text
    assert "Bruno 0 0 away Mon 14 Sep 0" in text
    assert "Rafa leads the team 0 0 – 0" in text
    assert "Team's queue 1" in text


def test_what_somebody_leaves_behind_is_given_away_by_the_rules(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    make_rule(version.agreement, is_in_use=False)
    today = [offer(version, f"L{n}", local("2026-09-08 09:00"), holder=rep("Ana")) for n in "pq"]
    away(rep("Ana"), "2026-09-08 09:30", "2026-09-09 00:00")
    address = reverse("leads:team-member", args=["acme", rep("Ana").pk])

    page = client.get(address)
    assert "Lp 14:00 while its holder is away Bruno Everybody: next in turn" in text_of(page)
    assert page.content.decode().count("checked") == 2

    chosen = [each.pk for each in today]
    response = client.post(address, {"handoff": chosen, "to": "rules"}, follow=True)

    text = text_of(response)
    assert "2 handoffs given away: Bruno 1, Carla 1. No due time moves." in text
    assert "Nothing is open here" in text
    assert set(Handoff.objects.values_list("holder__name", flat=True)) == {"Bruno", "Carla"}


def test_what_ran_out_before_is_marked_overdue_and_still_chosen(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    offer(version, "Late", local("2026-09-04 09:00"), holder=rep("Ana"))
    offer(version, "Soon", local("2026-09-08 09:00"), holder=rep("Ana"))
    offer(version, "There", local("2026-09-04 09:00"), holder=rep("Bruno"))
    away(rep("Ana"), "2026-09-08 09:30", "2026-09-09 00:00")

    page = client.get(reverse("leads:team-member", args=["acme", rep("Ana").pk]))
    text = text_of(page)
    assert re.search(r"Late .*14:00 Overdue Soon 14:00 while its holder is away", text)
    assert page.content.decode().count("checked") == 2

    there = client.get(reverse("leads:team-member", args=["acme", rep("Bruno").pk]))
    assert "Overdue" in text_of(there)
    assert there.content.decode().count("checked") == 0


def test_numbers_lead_to_what_they_count(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    for name in ("Ana", "Bruno"):
        offer(version, f"Late {name}", local("2026-09-04 09:00"), holder=rep(name))
        offer(version, f"Soon {name}", local("2026-09-08 09:00"), holder=rep(name))
        away(rep(name), "2026-09-08 09:30", "2026-09-09 00:00")
    ana = reverse("leads:team-member", args=["acme", rep("Ana").pk])
    page = client.get(TEAM).content.decode()
    links = ["/agreements/acme/team/away/", ana, f"{ana}?only=overdue", f"{ana}?only=away"]
    assert [link for link in links if f'href="{link}"' not in page] == []

    left = client.get(links[0])
    assert [row["handoff"].lead.name for row in left.context["rows"]] == ["Soon Ana", "Soon Bruno"]
    assert left.content.decode().count("checked") == 2
    assert "Soon Bruno Bruno" in text_of(left)
    for only, name in (("overdue", "Late Ana"), ("away", "Soon Ana")):
        rows = client.get(ana, {"only": only}).context["rows"]
        assert [row["handoff"].lead.name for row in rows] == [name]

    chosen = {"handoff": [row["handoff"].pk for row in left.context["rows"]], "to": rep("Carla").pk}
    given = client.post(links[0], chosen, follow=True)
    assert "2 handoffs given away: Carla 2." in text_of(given)
    assert "Nothing is open here" in text_of(given)


def test_what_runs_out_before_somebody_leaves_does_not_run_out_meanwhile(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    offer(version, "Soon", local("2026-09-08 09:00"), holder=rep("Ana"))
    away(rep("Ana"), "2026-09-08 14:01", "2026-09-09 00:00")
    assert "run out while" not in text_of(client.get(TEAM))


def test_what_waits_is_given_to_a_person(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    handoff = offered(version.agreement, "Paulo", NOW)
    address = reverse("leads:team-queue", args=["acme"])
    assert "Carla, 0 open handoffs" in text_of(client.get(address))

    to = {"handoff": [handoff.pk], "to": rep("Carla").pk}
    response = client.post(address, to, follow=True)

    assert "1 handoff given away: Carla 1." in text_of(response)
    handoff.refresh_from_db()
    assert handoff.holder == rep("Carla")
    again = client.post(address, to)
    assert again.status_code == 422
    assert "Choose at least one handoff" in text_of(again)


def test_what_nobody_is_there_for_stays(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    make_rule(version.agreement, people=[rep("Bruno")], is_in_use=False)
    away(rep("Bruno"), "2026-09-08 09:30", "2026-09-09 00:00")
    handoff = offer(version, "Paulo", local("2026-09-08 09:00"), holder=rep("Ana"))
    address = reverse("leads:team-member", args=["acme", rep("Ana").pk])

    response = client.post(address, {"handoff": [handoff.pk], "to": "rules"}, follow=True)
    assert "1 stays where it is" in text_of(response)
    assert "nobody Whoever it is for is away until the promise runs out." in text_of(response)
    refused = client.post(address, {"handoff": [handoff.pk], "to": "999"})
    assert "Choose who gets them." in text_of(refused)


def test_who_holds_nothing_and_is_of_no_team_is_not_found(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    stranger = make_user("Zoe")
    assert client.get(reverse("leads:team-member", args=["acme", stranger.pk])).status_code == 404
    handoff = offer(version, "Paulo", NOW, holder=stranger)
    page = client.get(reverse("leads:team-member", args=["acme", stranger.pk]))
    assert "Paulo" in text_of(page)
    assert handoff.holder == stranger
