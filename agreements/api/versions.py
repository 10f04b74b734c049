"""The texts of an agreement by call: read any version, bring a draft."""

from collections.abc import Iterable
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agreements.actions import drafts
from agreements.actions.drafts import UnableToStart
from agreements.api.views import ApiView
from agreements.models import AgreementVersion
from agreements.permissions import check_user_can_edit
from agreements.refusals import FieldProblem, Refused, invalid
from agreements.terms import Problem, TermsError
from agreements.version_statuses import status_at, statuses_at
from agreements.wording import problem_sentence


class Versions(ApiView):
    """The versions of an agreement."""

    @extend_schema(operation_id="list_versions", responses=OpenApiTypes.OBJECT, tags=["agreements"])
    def get(self, _request: Request, slug: str) -> Response:
        """List every version of the agreement, the latest first, without its text."""
        versions = self.agreement(slug).versions.order_by("-number")
        statuses = statuses_at(versions, timezone.now())
        return Response([_summary(each, status) for each, status in statuses.items()])

    @extend_schema(
        operation_id="bring_draft",
        request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT},
        tags=["agreements"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Begin the agreement's next draft with a text.

        The body is the terms document itself, as a version gives it. It may have problems; they
        are told with the draft, and have to be solved before it can be proposed.
        """
        agreement = self.agreement(slug)
        check_user_can_edit(agreement, self.reader)
        if not isinstance(request.data, dict):
            raise Refused("unreadable", _("The body has to be the text itself: a JSON object."))
        try:
            version = drafts.start(
                agreement=agreement, terms=request.data, by=self.reader, now=timezone.now()
            )
        except UnableToStart as error:
            raise Refused("on_the_table", str(error)) from error
        except TermsError as error:
            raise invalid(_told(error.problems)) from error
        return Response(_whole(version), status=201)


class Version(ApiView):
    """One version with its text."""

    @extend_schema(operation_id="version", responses=OpenApiTypes.OBJECT, tags=["agreements"])
    def get(self, _request: Request, slug: str, number: int) -> Response:
        """Give a version: its status, its text as it was stored, and the fingerprint of that."""
        agreement = self.agreement(slug)
        return Response(_whole(get_object_or_404(agreement.versions, number=number)))


def _summary(version: AgreementVersion, status: str) -> dict[str, Any]:
    return {
        "number": version.number,
        "status": status,
        "terms_hash": version.terms_hash,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
    }


def _whole(version: AgreementVersion) -> dict[str, Any]:
    is_signed = version.status == AgreementVersion.Status.SIGNED
    found = () if is_signed else version.problems()
    return {
        **_summary(version, status_at(version, timezone.now())),
        "terms": version.terms,
        "problems": [{"field": each.field, "detail": each.detail} for each in _told(found)],
    }


def _told(problems: Iterable[Problem]) -> list[FieldProblem]:
    return [FieldProblem(each.path, problem_sentence(each)) for each in problems]


urlpatterns = [
    path("agreements/<slug:slug>/versions/", Versions.as_view(), name="versions"),
    path("agreements/<slug:slug>/versions/<int:number>/", Version.as_view(), name="version"),
]
