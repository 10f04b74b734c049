"""Leads that look like one are compared, merged, parted, and told apart."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from agreements.models import Audit
from leads.actions import handoffs, merges
from leads.actions.forgetting import forget
from leads.merging.alike import alike_among, alike_to
from leads.models import Distinction, FollowUp, Handoff, Lead, LeadIdentity, LeadMerge, LeadStage
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.dealing import call
from tests.leads.merging.doubles import lead, tell
from tests.leads.merging.scenes import Scene, url
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db


def test_it_works(scene: Scene) -> None:
    page = text_of(scene.client.get(url("alike", pk=scene.one.pk)))
    assert "Souza, Ana" in page
    assert "same name, both at acme.example" in page

    compared = text_of(scene.client.get(url("merge", pk=scene.one.pk, other=scene.other.pk)))
    assert "Santos" in compared
    assert "both are with sales. The handoff of Ana Souza" in compared
    assert "They are in different stages" not in compared
    LeadStage.objects.filter(lead=scene.other).update(stage="lead")
    compared = text_of(scene.client.get(url("merge", pk=scene.one.pk, other=scene.other.pk)))
    assert "They are in different stages: the further one holds" in compared

    merged = scene.client.post(
        url("merge", pk=scene.one.pk, other=scene.other.pk), {"reason": "One Ana"}, follow=True
    )
    words = text_of(merged)
    assert "Merged: Souza, Ana and Ana Souza are one lead now." in words
    assert "Rafael found this to be one lead with Souza, Ana" in words
    assert "“One Ana”" in words
    assert "handoff 1 of 2 of this lead" in words
    gone = scene.client.get(url("detail", pk=scene.other.pk))
    assert "This lead was merged into Ana Souza . Here is what was told of it" in text_of(gone)
    assert "One Ana Undo the merge" in text_of(gone)
    assert gone.context["deeds"] is None
    assert 'id="deed"' not in gone.content.decode()
    assert url("merge-undo", pk=LeadMerge.objects.get().pk) in gone.content.decode()

    card = text_of(scene.client.get(url("alike", pk=scene.one.pk), headers={"HX-Request": "true"}))
    assert "Merged into this lead" in card
    assert "No other lead looks like this one." in card
    undo = url("merge-undo", pk=LeadMerge.objects.get().pk)
    parted = text_of(scene.client.post(undo, follow=True))
    assert "Undone: Souza, Ana and Ana Souza are two leads again." in parted
    assert "Rafael parted this lead from Souza, Ana again" in parted
    found = "<s><strong>Rafael</strong> found this to be one lead with <strong>Souza, Ana</strong>"
    for each in (scene.one, scene.other):
        page = scene.client.get(url("detail", pk=each.pk)).content.decode()
        assert page.count("<s>") == 1
        assert (found in page) == (each == scene.one)
    scene.client.post(url("merge", pk=scene.one.pk, other=scene.other.pk))
    again = scene.client.get(url("detail", pk=scene.one.pk)).content.decode()
    assert (again.count("found this to be one lead"), again.count("<s>")) == (2, 1)


@pytest.mark.parametrize("accepted", [0, 1, None])
def test_of_two_offered_together_the_question_names_the_one_that_goes_on(
    scene: Scene, accepted: int | None
) -> None:
    """The accepted one where one is; else whichever, as long as the two agree."""
    agreement, reps = scene.version.agreement, ("Caio", "Bea")
    offered = [
        offer(scene.version, rep, NOW, holder=make_rep(rep, agreement), name="Eva") for rep in reps
    ]
    if accepted is not None:
        handoff = offered[accepted]
        handoffs.accept(handoff=handoff, by=scene.rafael, now=NOW)
    there = url("merge", pk=offered[1].lead_id, other=offered[0].lead_id)
    asked = text_of(scene.client.get(there))

    scene.client.post(there)

    (goes_on,) = Handoff.objects.open().filter(pk__in=[each.pk for each in offered])
    assert accepted is None or goes_on == offered[accepted]
    assert f"goes on with its clocks and with {goes_on.holder}; the other one ends" in asked


def test_the_joint_timeline_says_of_whose_handoff_clocks_and_breaches_are(scene: Scene) -> None:
    """Only where it tells of those of several leads."""
    early = NOW - timedelta(days=4)
    one, other = (offer(scene.version, name, early) for name in ("Eva", "Eva Lima"))
    page = url("detail", pk=one.lead_id)
    assert "of the handoff of" not in text_of(scene.client.get(page)).lower()

    merges.merge(kept=one.lead, merged=other.lead, by=scene.rafael, now=NOW)
    words = text_of(scene.client.get(page))
    for name in ("Eva", "Eva Lima"):
        assert f"clock started of the handoff of {name}" in words
        assert f"Of the handoff of {name}." in words


@pytest.mark.parametrize("is_own", [True, False])
def test_what_is_logged_on_a_page_opened_before_the_merge_counts_for_the_one_that_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, *, is_own: bool
) -> None:
    bea, caio = (make_rep(name, scene.version.agreement) for name in ("Bea", "Caio"))
    goes_on = offer(scene.version, "Eva", NOW, holder=bea if is_own else caio)
    ended = offer(scene.version, "Eva Lima", NOW + timedelta(minutes=1), holder=bea)
    late = NOW + timedelta(minutes=10)
    merges.merge(kept=goes_on.lead, merged=ended.lead, by=scene.rafael, now=late)
    stop_time(monkeypatch, late + timedelta(minutes=5))
    scene.client.force_login(bea)
    typed = {"log-channel": "call", "log-outcome": "conversation"}
    holder = "Bea" if is_own else "Caio"
    said = "The handoff was closed by then, so it counts for the one that was open: offered 13:00"

    foreseen = text_of(scene.client.get(url("foreseen", pk=ended.pk), typed))
    assert f"{said}, with {holder}. The handoff is accepted by it. S1 Met , 15 min" in foreseen
    logged = scene.client.post(url("log", pk=ended.pk), typed, follow=True)
    words, there = text_of(logged), f'<a href="{goes_on.get_absolute_url()}">Eva</a>'
    assert f"Logged: call, conversation, Eva. {said}, with {holder}." in words
    assert "Acceptance met, 15 min of 4 h used." in words
    assert (there in logged.content.decode()) == is_own
    gone = text_of(scene.client.get(url("detail", pk=ended.lead_id)))
    assert "It counts for the handoff that goes on." in gone
    assert "counts for no clock" not in words + gone
    name = FollowUp.objects.get().external_id
    undone = text_of(scene.client.post(url("undo", pk=ended.pk), {"name": name}, follow=True))
    assert "Acceptance is open again" in undone


def test_other_handoffs_of_one_instant_are_told_apart_by_their_leads(scene: Scene) -> None:
    kept, *others = (offer(scene.version, name, NOW).lead for name in ("Eva", "Eva L.", "E. Lima"))
    for minute, other in enumerate(others, start=1):
        at = NOW + timedelta(minutes=minute)
        merges.merge(kept=kept, merged=other, by=scene.rafael, now=at)
    words = text_of(scene.client.get(url("detail", pk=kept.pk)))
    ended = Handoff.objects.filter(status="merged").select_related("lead")
    assert len(ended) == 2
    assert all(f"Tue 8 Sep 13:00, {each.lead} : merged" in words for each in ended)


def test_what_is_done_on_a_page_opened_before_the_merge_leads_to_the_one_that_goes_on(
    scene: Scene,
) -> None:
    bea = make_rep("Bea", scene.version.agreement)
    goes_on = offer(scene.version, "Eva", NOW, holder=bea)
    ended = offer(scene.version, "Eva Lima", NOW + timedelta(minutes=1), holder=bea)
    late = NOW + timedelta(minutes=10)
    merges.merge(kept=ended.lead, merged=goes_on.lead, by=scene.rafael, now=late)
    scene.client.force_login(bea)
    said = "Rafael merged this lead with another one on Tue 8 Sep 13:10, whose handoff goes on"

    second = scene.client.post(url("accept", pk=ended.pk), follow=True)
    assert f"{said}: use that one. Eva Lima" in text_of(second)
    goes_on.refresh_from_db()
    assert f'<a href="{goes_on.get_absolute_url()}">Eva Lima</a>' in second.content.decode()
    filled_in = scene.client.post(url("reject", pk=ended.pk), {"reject-reason": "wrong_data"})
    assert said in text_of(filled_in)
    assert f'<a href="{goes_on.get_absolute_url()}">Open the lead</a>' in filled_in.content.decode()


def test_the_page_of_a_merged_lead_invites_to_nothing(scene: Scene) -> None:
    """Neither what is known of the other one nor its stage is shown as its own."""
    julia = make_user("Julia", team=scene.version.agreement.marketing_team, role="member")
    tell(scene.version.agreement, Teller("new").stage("mql", NOW), now=NOW)
    new = lead("new")
    merges.merge(kept=scene.one, merged=new, by=scene.rafael, now=NOW)
    scene.client.force_login(julia)
    page = scene.client.get(url("detail", pk=new.pk))
    text = text_of(page)
    assert "merged into another lead" in text
    assert "The lead was not offered to sales under its own name." in text
    assert page.context["head"]["stage"] == ""
    for gone in ("Undo the merge", "Offer to sales", "Criteria", "duplicates"):
        assert gone not in text


def test_what_was_told_of_a_merged_lead_is_corrected_on_the_page_of_the_kept_one(
    scene: Scene,
) -> None:
    handoff = scene.other.handoffs.get()
    call(handoff, scene.rafael, "no_answer")
    shown = {"handoff": handoff.pk}
    assert "Correct…" in text_of(scene.client.get(url("detail", pk=scene.other.pk), shown))
    merges.merge(kept=scene.one, merged=scene.other, by=scene.rafael, now=NOW)
    assert "Correct…" not in text_of(scene.client.get(url("detail", pk=scene.other.pk), shown))
    assert "Correct…" in text_of(scene.client.get(url("detail", pk=scene.one.pk), shown))


def test_a_lead_that_was_merged_over_another_one_is_parted_from_either_end(scene: Scene) -> None:
    version, paula = scene.version, make_user("Paula", team=scene.version.agreement.marketing_team)
    middle = offer(version, "three", NOW, name="Ana S.", email="ana.s@acme.example").lead
    first = merges.merge(kept=middle, merged=scene.other, by=paula, now=NOW, reason="One Ana")
    merges.merge(kept=scene.one, merged=middle, by=scene.rafael, now=NOW)
    undo = url("merge-undo", pk=first.pk)

    gone = scene.client.get(url("detail", pk=scene.other.pk))
    words = text_of(gone)
    assert "This lead was merged into Ana Souza . Here is what was told of it" in words
    assert "first into Ana S. · by Paula" in words
    card = scene.client.get(url("alike", pk=scene.one.pk))
    assert "first into Ana S. · by Paula" in text_of(card)
    assert text_of(card).count("first into") == 1
    assert all(undo in page.content.decode() for page in (gone, card))

    parted = scene.client.post(undo, follow=True)
    assert parted.redirect_chain == [(url("detail", pk=scene.one.pk), 303)]
    assert "and Ana S. are two leads again." in text_of(parted)
    scene.other.refresh_from_db()
    assert scene.other.merged_into is None


def test_keeping_the_other_one_keeps_what_was_typed(scene: Scene) -> None:
    Lead.objects.filter(pk=scene.other.pk).update(name="Ana Souza")
    there = url("merge", pk=scene.one.pk, other=scene.other.pk)
    page = text_of(scene.client.get(there))
    assert "Merge Ana Souza (crm: two) into Ana Souza (crm: one)" in page
    assert "Keep Ana Souza (crm: two) instead" in page

    swapped = scene.client.post(there, {"reason": "Both say so.", "swap": "yes"})
    other_way = url("merge", pk=scene.other.pk, other=scene.one.pk)
    assert swapped["Location"] == f"{other_way}?reason=Both+say+so."
    page = scene.client.get(swapped["Location"]).content.decode()
    assert 'value="Both say so."' in page
    assert not LeadMerge.objects.exists()
    done = scene.client.post(other_way, {"reason": "Both say so."}, follow=True)
    words = text_of(done)
    assert "Merged: Ana Souza (crm: one) and Ana Souza (crm: two) are one lead now." in words
    assert "It can be undone at any time below, under “Merged into this lead”." in words


def test_two_of_one_name_are_told_apart_wherever_they_stand(scene: Scene) -> None:
    one, other = (
        offer(scene.version, key, NOW, name="Eva", email="eva@eva.example").lead
        for key in ("e1", "e2")
    )
    listed = text_of(scene.client.get(url("duplicates")))
    assert "Eva (crm: e2) Eva (crm: e1) same e-mail address" in listed
    assert "Compare and merge Eva (crm: e1), Eva (crm: e2)" in listed
    assert "Eva (crm: e2)" in text_of(scene.client.get(url("alike", pk=one.pk)))
    there = url("merge", pk=one.pk, other=other.pk)
    assert "The handoff of Eva (crm: e1), offered" in text_of(scene.client.get(there))

    done = text_of(scene.client.post(there, follow=True))
    assert "Rafael found this to be one lead with Eva (crm: e2)" in done
    again = text_of(scene.client.post(there, follow=True))
    assert "Rafael merged Eva (crm: e2) into Eva (crm: e1) before: use Eva (crm: e1)." in again


def test_whoever_comes_second_is_told(scene: Scene) -> None:
    merge = url("merge", pk=scene.one.pk, other=scene.other.pk)
    scene.client.post(merge)
    again = text_of(scene.client.post(merge, follow=True))
    assert "Rafael merged Souza, Ana into Ana Souza before" in again

    undo = url("merge-undo", pk=LeadMerge.objects.get().pk)
    scene.client.post(undo)
    assert "Rafael undid this merge before." in text_of(scene.client.post(undo, follow=True))


def test_whoever_comes_second_is_told_which_lead_stays_in_the_end(scene: Scene) -> None:
    last = offer(scene.version, "three", NOW, name="Ana S.", email="ana.s@acme.example").lead
    merges.merge(kept=scene.one, merged=scene.other, by=scene.rafael, now=NOW)
    later = NOW + timedelta(minutes=1)
    merges.merge(kept=last, merged=scene.one, by=scene.rafael, now=later)
    merge = url("merge", pk=last.pk, other=scene.other.pk)
    again = text_of(scene.client.post(merge, follow=True))
    assert "Rafael merged Souza, Ana into Ana Souza before: use Ana S.." in again


def test_the_timeline_names_the_other_lead_of_a_merge_that_was_undone(scene: Scene) -> None:
    """Also where another one has been merged into this lead, or this one into it, since."""
    middle = offer(scene.version, "three", NOW, name="Ana S.", email="ana.s@acme.example").lead
    first, second = (NOW + timedelta(minutes=passed) for passed in (1, 2))
    away = merges.merge(kept=scene.one, merged=middle, by=scene.rafael, now=first)
    merges.undo(merge=away, by=scene.rafael, now=first)
    merges.merge(kept=middle, merged=scene.one, by=scene.rafael, now=second)
    words = text_of(scene.client.get(url("detail", pk=middle.pk)))
    assert words.count("found this to be one lead with Ana Souza") == 2
    assert "parted this lead from Ana Souza again" in words
    assert "lead with Ana S." not in words
    assert "lead from Ana S. " not in words


def test_with_a_forgotten_lead_nothing_is_merged(scene: Scene) -> None:
    handoff = Handoff.objects.get(lead=scene.other)
    handoffs.reject(handoff=handoff, reason="wrong_data", by=scene.rafael, now=NOW)
    forget(lead=scene.other, reason="Asked by letter.", by=scene.rafael, now=NOW)
    assert alike_to(scene.desk, scene.one) == []
    refusal = f"The person of #{scene.other.pk} was forgotten"
    for about in (
        {"pk": scene.one.pk, "other": scene.other.pk},
        {"pk": scene.other.pk, "other": scene.one.pk},
    ):
        assert refusal in text_of(scene.client.get(url("merge", **about), follow=True))
        assert refusal in text_of(scene.client.post(url("merge", **about), follow=True))
    assert not LeadMerge.objects.exists()


def test_not_the_same_is_suggested_no_more_until_taken_back(scene: Scene) -> None:
    about = {"pk": scene.other.pk, "other": scene.one.pk}
    listed = scene.client.post(url("tell-apart", **about), {"from": "list"})
    assert listed["Location"] == url("duplicates")
    scene.client.post(url("tell-apart", **about))
    assert Distinction.objects.count() == 1
    assert alike_to(scene.desk, scene.one) == alike_among(scene.desk).pairs == []
    assert "said by Rafael" in text_of(scene.client.get(url("alike", pk=scene.one.pk)))

    scene.client.post(url("tell-alike", **about))
    assert [pair.other for pair in alike_to(scene.desk, scene.one)] == [scene.other]
    deeds = Audit.objects.filter(subject_id=str(scene.one.pk)).values_list("action", flat=True)
    assert {"leads.lead.told_apart", "leads.lead.told_alike"} <= set(deeds)


def addresses(scene: Scene) -> list[tuple[str, Callable[[str], object]]]:
    two = {"pk": scene.one.pk, "other": scene.other.pk}
    return [
        (url("merge", **two), scene.client.post),
        (url("merge", **two), scene.client.get),
        (url("tell-apart", **two), scene.client.post),
        (url("tell-alike", **two), scene.client.post),
    ]


def test_who_holds_both_may_look_but_not_merge(scene: Scene) -> None:
    scene.client.post(url("merge", pk=scene.one.pk, other=scene.other.pk))
    undo = url("merge-undo", pk=LeadMerge.objects.get().pk)
    scene.client.post(undo)
    ana = make_rep("Ana", scene.version.agreement)
    scene.client.force_login(ana)
    page = text_of(scene.client.get(url("alike", pk=scene.one.pk)))
    assert "Only the leads of the two parties and administrators merge leads." in page
    for address, ask in [*addresses(scene), (undo, scene.client.post)]:
        assert ask(address).status_code == 403  # type: ignore[attr-defined]
    listed = scene.client.get(url("duplicates"))
    assert "Souza, Ana" in text_of(listed)
    assert "Compare and merge" not in text_of(listed)


def test_what_cannot_be_read_cannot_be_merged(scene: Scene) -> None:
    elsewhere = make_version(slug="other").agreement
    scene.client.force_login(make_user("Iris", team=elsewhere.sales_team, role="lead"))
    for address, ask in addresses(scene):
        assert ask(address).status_code == 404  # type: ignore[attr-defined]
    theirs = {"slug": "other", "pk": scene.one.pk, "other": scene.other.pk}
    assert scene.client.get(reverse("leads:merge", kwargs=theirs)).status_code == 404
    scene.client.force_login(scene.rafael)
    assert scene.client.post(url("merge-undo", pk=1)).status_code == 404
    itself = url("merge", pk=scene.one.pk, other=scene.one.pk)
    assert scene.client.get(itself).status_code == 404


def test_a_rep_reads_the_kept_lead_of_a_handoff_they_hold(scene: Scene) -> None:
    ana = make_rep("Ana", scene.version.agreement)
    held = offer(scene.version, "held", local("2026-09-07 09:00"), holder=ana)
    hidden = LeadIdentity.objects.get(external_id="one").lead
    bruno = make_rep("Bruno", scene.version.agreement)
    hidden.handoffs.update(holder=bruno)
    scene.client.post(url("merge", pk=hidden.pk, other=held.lead_id))
    scene.client.force_login(ana)
    assert scene.client.get(url("detail", pk=hidden.pk)).status_code == 200
