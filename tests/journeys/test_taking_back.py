"""What was just done about a lead is told, and can be taken back, where one looks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.models import FollowUp, Handoff
from tests.browser import accessibility_faults
from tests.journeys.conftest import WAYS
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    return offer(version, "Paulo", timezone.now() - timedelta(minutes=22), holder=ana)


@WAYS
def test_it_works(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], None],
    ana: User,
    handoff: Handoff,
    device: dict[str, Any],
    scripts: bool,
) -> None:
    page = new_page(**device, java_script_enabled=scripts)
    sign_in(page, ana)
    page.goto(reverse("leads:detail", kwargs={"slug": "acme", "pk": handoff.lead_id}))

    page.get_by_role("radio", name="No answer").check()
    page.get_by_role("radio", name="No answer").press("Enter")
    expect(page.get_by_text("Logged: call, no answer, Paulo.")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    assert FollowUp.objects.holding().count() == 1
    assert not scripts or accessibility_faults(page) == []

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: Paulo.")).to_be_in_viewport(ratio=1)
    assert FollowUp.objects.holding().count() == 0
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
