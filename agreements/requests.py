"""What a request is once somebody has signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from agreements.models import User


class SignedInRequest(HttpRequest):
    """A request behind ``login_required``: its user is known."""

    user: User
    htmx: HtmxDetails
