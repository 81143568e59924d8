"""The frames of `/ws/chat`, as the code has them and as the AsyncAPI document tells them."""

from types import ModuleType
from typing import get_args

import jsonschema_rs
import msgspec
from tests.contract.conformance import Json

from plantao.conversations import events
from plantao.documents.asyncapi import build_asyncapi
from plantao.realtime import frames

DOCUMENT = build_asyncapi()
MESSAGES: Json = DOCUMENT["components"]["messages"]


def tags(module: ModuleType) -> set[str]:
    """Of all frames that a module defines."""
    found = [thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, msgspec.Struct)]
    return {str(f.__struct_config__.tag) for f in found if f.__module__ == module.__name__ and f.__struct_config__.tag}


FROM_CLIENT = {str(frame.__struct_config__.tag) for frame in get_args(frames.ClientFrame)}
FROM_SERVER = (tags(frames) | tags(events)) - FROM_CLIENT


def payload(tag: str) -> jsonschema_rs.Validator:
    """AsyncAPI's own schemas are JSON Schema, draft 7."""
    schema = {"allOf": [MESSAGES[tag]["payload"]], "components": {"schemas": DOCUMENT["components"]["schemas"]}}
    return jsonschema_rs.Draft7Validator(schema, validate_formats=True)
