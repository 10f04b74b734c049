"""How the API's schema is written where the generator cannot know."""

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.contrib.pydantic import PydanticExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from pydantic.json_schema import model_json_schema

from agreements.api.problems import CONTENT_TYPE
from agreements.refusals import KINDS


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """Calls with a token."""

    target_class = "agreements.api.authentication.Tokens"
    name = "token"


class BrowserScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """Calls by who is signed in."""

    target_class = "agreements.api.authentication.Sessions"
    name = "session"


class ShapeExtension(PydanticExtension):  # type: ignore[no-untyped-call]
    """Shapes written with Pydantic; of what is sent, what has a default may be left out."""

    priority = 1

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> Any:
        """Write a shape, and those inside it as components of their own."""
        schema = model_json_schema(
            self.target,
            ref_template="#/components/schemas/{model}",
            mode="validation" if direction == "request" else "serialization",
        )
        for name, inner in schema.pop("$defs", {}).items():
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name=name, type=ResolvedComponent.SCHEMA, object=name, schema=inner
            )
            auto_schema.registry.register_on_missing(component)
        return schema


PROBLEM = {
    "type": "object",
    "description": "Why a call was refused, as RFC 9457 says, in the language of who calls.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "enum": [f"urn:slaportal:problem:{kind}" for kind in KINDS],
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {"type": "string", "examples": ["stages.0.occurred_at"]},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def tell_of_problems(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Say of every call how its refusals read."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    refused = {
        "description": "The call was refused.",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for address in result["paths"].values():
        for operation in address.values():
            operation["responses"]["default"] = refused
    return result
