"""The list somebody came from, as addresses and forms carry it, so that they come back to it."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

BACK = "back"
_LISTS = ("leads:list", "leads:ready", "leads:became", "leads:rejections", "leads:duplicates")


def list_back(asked: Mapping[str, str], slug: str) -> str:
    """Return the address of the list of leads that is told; empty where it is none of ours."""
    told = asked.get(BACK, "")
    path = told.partition("?")[0]
    lists = {reverse(name, kwargs={"slug": slug}) for name in _LISTS}
    return told if path in lists and url_has_allowed_host_and_scheme(told, None) else ""
