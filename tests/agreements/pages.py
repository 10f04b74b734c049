"""Read pages as somebody who is signed in."""

from typing import Any

from django.test import Client

from agreements.models import User


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_at(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())
