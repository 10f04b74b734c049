"""Two leads that look like one, and somebody to look at them."""

from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.models import Lead
from leads.queue.handoffs import Desk, desk_of


@dataclass(frozen=True)
class Scene:
    """An agreement, its sales lead signed in, and two leads that look like one."""

    version: AgreementVersion
    rafael: User
    client: Client
    one: Lead
    other: Lead

    @property
    def desk(self) -> Desk:
        return desk_of(self.rafael, "acme")


def url(name: str, **about: int) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme"} | about)
