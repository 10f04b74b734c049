"""What a person may do with a version now, and why not where they may not."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import AgreementVersion, User, VersionStep
from agreements.permissions import (
    check_user_can_edit,
    check_user_can_end,
    parties_led_by,
    refusal,
)

Status = AgreementVersion.Status


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do with a version: where it is done, and why this person may not do it."""

    key: str
    label: str
    icon: str
    url: str
    reason: str = ""


def deeds_on(version: AgreementVersion, user: User, *, now: datetime) -> list[Deed]:
    """Return what can be done with a version at all, each with its reason where it is refused."""
    match version.status:
        case Status.DRAFT:
            return [_open_draft(version, user)]
        case Status.PROPOSED:
            return _on_proposed(version, user)
        case Status.SIGNED:
            return _on_signed(version, user, now)
    return []


def unsigned_parties(version: AgreementVersion, user: User) -> list[str]:
    """Return the parties this person leads that have not signed the version."""
    signed = {signature.party for signature in version.signatures.all()}
    return [party for party in parties_led_by(version.agreement, user) if party not in signed]


def why_not_sign(version: AgreementVersion, user: User) -> str:
    """Return why this person cannot sign a proposed version; empty where they can."""
    if unsigned_parties(version, user):
        return ""
    if parties_led_by(version.agreement, user):
        return _("Your party has signed this version already.")
    return _("Only the leads of the two parties sign or decline.")


def why_not_decline(version: AgreementVersion, user: User) -> str:
    """Return why this person cannot decline a proposed version; empty where they can."""
    if parties_led_by(version.agreement, user):
        return ""
    return _("Only the leads of the two parties sign or decline.")


def why_not_withdraw(version: AgreementVersion, user: User) -> str:
    """Return why this person cannot take a proposal back; empty where they can."""
    refused = refusal(check_user_can_edit, version.agreement, user)
    if refused:
        return refused
    party = proposing_party(version)
    led = parties_led_by(version.agreement, user)
    if (party in led) if party else user.is_admin:
        return ""
    if not led:
        return _("Only the party that proposed the text withdraws it.")
    return _("Only the party that proposed the text withdraws it; you can decline it.")


def proposing_party(version: AgreementVersion) -> str | None:
    """Return the party that proposed a version; None where an administrator did."""
    step = version.steps.filter(step=VersionStep.Step.PROPOSE).order_by("-pk").first()
    return (step.party or None) if step else None


def _open_draft(version: AgreementVersion, user: User) -> Deed:
    agreement = version.agreement
    return Deed(
        "edit",
        _("Open the draft"),
        "pencil",
        reverse("agreements:draft", args=[agreement.slug]),
        refusal(check_user_can_edit, agreement, user),
    )


def _on_proposed(version: AgreementVersion, user: User) -> list[Deed]:
    about = [version.agreement.slug, version.number]
    return [
        Deed(
            "sign",
            _("Sign"),
            "writing-sign",
            reverse("agreements:version-sign", args=about),
            why_not_sign(version, user),
        ),
        Deed(
            "decline",
            _("Decline…"),
            "x",
            reverse("agreements:version-decline", args=about),
            why_not_decline(version, user),
        ),
        Deed(
            "withdraw",
            _("Take the proposal back…"),
            "arrow-back-up",
            reverse("agreements:version-withdraw", args=about),
            why_not_withdraw(version, user),
        ),
    ]


def _on_signed(version: AgreementVersion, user: User, now: datetime) -> list[Deed]:
    agreement = version.agreement
    deeds = []
    if version.effective_to is not None and not _is_followed(version):
        deeds.append(
            Deed(
                "renew",
                _("Renew"),
                "refresh",
                reverse("agreements:version-renew", args=[agreement.slug, version.number]),
                refusal(check_user_can_edit, agreement, user),
            )
        )
    if agreement.ended_at is None and not _is_over(version, now):
        deeds.append(
            Deed(
                "end",
                _("End the agreement…"),
                "x",
                reverse("agreements:end", args=[agreement.slug]),
                refusal(check_user_can_end, agreement, user),
            )
        )
    return deeds


def _is_over(version: AgreementVersion, now: datetime) -> bool:
    return version.effective_to is not None and version.effective_to <= now


def _is_followed(version: AgreementVersion) -> bool:
    """Whether a signed version begins as this one ends or later."""
    others = version.agreement.versions.signed()
    return others.filter(effective__startswith__gte=version.effective_to).exists()


def sent_back_by(version: AgreementVersion) -> VersionStep | None:
    """Return the step that sent the text a draft is a copy of back, if one did; one query."""
    if version.copied_from_id is None:
        return None
    steps = VersionStep.objects.filter(version=version.copied_from_id)
    back = steps.exclude(step=VersionStep.Step.PROPOSE)
    return back.select_related("taken_by", "version").order_by("pk").last()
