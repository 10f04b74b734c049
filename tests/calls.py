"""Call the API as another system does: with a token, in JSON."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from agreements.actions import tokens
from agreements.models import User

API = "/api/v1"
CALLED = {
    "source": "telephone",
    "external_id": "C1",
    "lead": {"source": "crm", "external_id": "Paulo"},
    "channel": "call",
    "outcome": "no_answer",
}


class Caller:
    """Calls with a token of somebody's own."""

    def __init__(self, user: User) -> None:
        self.user = user
        # A token lasts by the clock, whatever moment a test makes pages believe in.
        _token, self.text = tokens.issue(
            user=user, name="Test", lasts=timedelta(days=3650), by=None, now=timezone.now()
        )
        self.client = Client(headers={"authorization": f"Token {self.text}"})

    def get(self, path: str, **asked: Any) -> Any:
        """Read what is at an address below the API's."""
        return self.client.get(f"{API}{path}", asked)

    def post(self, path: str, told: Any, **headers: str) -> Any:
        """Tell of something."""
        return self.client.post(
            f"{API}{path}", told, content_type="application/json", headers=headers
        )

    def put(self, path: str, told: Any, **headers: str) -> Any:
        """Tell how something is."""
        return self.client.put(
            f"{API}{path}", told, content_type="application/json", headers=headers
        )


def errors(response: Any) -> dict[str, str]:
    """Return what a refusal says of each field."""
    return {each["field"]: each["detail"] for each in response.json()["errors"]}
