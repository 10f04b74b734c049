"""What tests of stored files start from: somebody in them, and that they are forgotten."""

from pathlib import Path

from agreements.models import AgreementVersion, User
from leads.actions import forgetting
from leads.ingest import ingest
from leads.models import Delivery, Lead
from tests.factories import Teller
from tests.leads.pages import NOW


def forget(name: str, by: User) -> None:
    forgetting.forget(lead=Lead.objects.get(name=name), reason="Asked.", by=by, now=NOW)


def tell_of_paulo(version: AgreementVersion) -> None:
    """Tell of somebody whose address stands in files, too, under another name."""
    told = Teller("9").attributes(NOW, name="Paulo Souza", email="Paulo@example.com")
    ingest(agreement=version.agreement, facts=[told], by=None, now=NOW)


def stored() -> str:
    return Path(Delivery.objects.latest("pk").file.path).read_text()
