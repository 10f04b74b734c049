"""The API's schema and the pages in which people read it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from tests.calls import Caller
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_the_schema_is_served() -> None:
    caller = Caller(make_user("Ana"))
    response = caller.client.get(
        "/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}
    )
    schema = response.json()
    assert schema["openapi"].startswith("3.1")
    for address in schema["paths"].values():
        for operation in address.values():
            assert operation["description"], operation
            assert "default" in operation["responses"]
            assert {"token": []} in operation["security"]


def test_the_docs_are_for_who_is_signed_in() -> None:
    client = Client()
    assert client.get("/api/v1/docs/").headers["Location"].startswith("/accounts/login/")
    client.force_login(make_user("Ana"))

    page = client.get("/api/v1/docs/")
    script = client.get("/api/v1/docs/?script=")

    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert script.headers["Content-Type"] == "application/javascript"
    assert "/api/v1/schema/" in script.content.decode().encode().decode("unicode_escape")
    assert client.post("/api/v1/docs/").status_code == 405
