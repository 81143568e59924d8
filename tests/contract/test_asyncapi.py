"""The AsyncAPI document: every frame of both directions, closed, as they really travel."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from tests.contract import examples
from tests.contract.frames import DOCUMENT, FROM_CLIENT, FROM_SERVER, MESSAGES, payload
from tests.stories.harness import System


def resolve(reference: str) -> Any:
    place: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def sent_by(operation: str) -> list[str]:
    """The tags of an operation's messages, through both references."""
    listed = [resolve(resolve(message["$ref"])["$ref"]) for message in DOCUMENT["operations"][operation]["messages"]]
    return [message["name"] for message in listed]


def test_every_frame_of_both_directions_is_there_and_no_other() -> None:
    assert sorted(sent_by("receiveFrames")) == sorted(FROM_CLIENT)
    assert sorted(sent_by("sendFrames")) == sorted(FROM_SERVER)
    assert set(MESSAGES) == set(DOCUMENT["channels"]["chat"]["messages"]) == FROM_CLIENT | FROM_SERVER


@pytest.mark.parametrize("tag", MESSAGES)
def test_every_message_is_named_told_and_closed(tag: str) -> None:
    message = MESSAGES[tag]
    assert message["name"] == tag
    assert message["summary"]
    schema = resolve(message["payload"]["$ref"])
    assert schema["properties"]["type"] == {"enum": [tag]}
    assert "type" in schema["required"]
    assert schema["additionalProperties"] is False


def test_what_a_frame_carries_is_closed_too() -> None:
    schemas = DOCUMENT["components"]["schemas"].values()
    assert all(schema["additionalProperties"] is False for schema in schemas if "properties" in schema)


def test_moments_are_date_times() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name, field in [("MessageView", "timestamp"), ("QueuePlace", "waiting_since"), ("Pong", "timestamp")]:
        assert schemas[name]["properties"][field]["format"] == "date-time"


def test_the_examples_fit_and_the_contracts_is_among_them() -> None:
    shown = [(tag, one["payload"]) for tag, message in MESSAGES.items() for one in message.get("examples", ())]
    assert ("send_message", examples.FRAME) in shown
    for tag, example in shown:
        payload(tag).validate(example)


def test_both_ways_to_bring_the_token_are_told() -> None:
    schemes = [resolve(one["$ref"]) for one in DOCUMENT["servers"]["provedor"]["security"]]
    assert {(s["type"], s["in"], s["name"]) for s in schemes} == {
        ("httpApiKey", "query", "token"),
        ("httpApiKey", "header", "Sec-WebSocket-Protocol"),
    }
    assert list(DOCUMENT["channels"]["chat"]["bindings"]["ws"]["query"]["properties"]) == ["token"]


def test_close_codes_and_limits_are_told() -> None:
    channel = DOCUMENT["channels"]["chat"]
    assert set(channel["x-close-codes"]) == {"1009", "1012", "1013", "4401"}
    for said in ("64 KiB", "20 quadros por segundo", "60 de uma vez", "500 conversas", "`4401`", "`1012`"):
        assert said in channel["description"]


REFERENCE = re.compile(r"#/(channels/chat(/messages/\w+)?|components/(messages|schemas|securitySchemes)/\w+)")
ROOT = {"asyncapi", "info", "defaultContentType", "servers", "channels", "operations", "components"}
KEYS: dict[
    str, tuple[set[str], set[str]]
] = {  # AsyncAPI 3.0: what each object may hold of what we use, and what it must
    "": (ROOT, {"asyncapi", "info"}),
    "/info": ({"title", "version", "description"}, {"title", "version"}),
    "/servers/provedor": ({"host", "protocol", "description", "variables", "security"}, {"host", "protocol"}),
    "/channels/chat": ({"address", "title", "description", "messages", "bindings"}, {"address"}),
    "/operations/sendFrames": ({"action", "channel", "summary", "messages"}, {"action", "channel"}),
    "/operations/receiveFrames": ({"action", "channel", "summary", "messages"}, {"action", "channel"}),
    "/components": ({"messages", "schemas", "securitySchemes"}, set()),
    **dict.fromkeys(
        [f"/components/messages/{tag}" for tag in MESSAGES],
        ({"name", "title", "summary", "contentType", "payload", "examples"}, set()),
    ),
}


@pytest.mark.parametrize("place", KEYS)
def test_the_structure_is_asyncapi_3(place: str) -> None:
    allowed, needed = KEYS[place]
    keys = set(resolve(f"#{place}") if place else DOCUMENT)
    assert {key for key in keys if not key.startswith("x-")} <= allowed
    assert needed <= keys
    assert DOCUMENT["asyncapi"] == "3.0.0"


def test_every_reference_is_of_a_kind_and_leads_somewhere() -> None:
    found = list(references(DOCUMENT))
    assert len(found) > 60
    for reference in found:
        assert REFERENCE.fullmatch(reference), reference
        assert resolve(reference)
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema | {"$schema": "http://json-schema.org/draft-07/schema#"})


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for below in value.values():
            yield from references(below)
    elif isinstance(value, list):
        for below in value:
            yield from references(below)


async def test_it_is_served_without_a_token(system: System) -> None:
    answer = await system.client.get("/asyncapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == DOCUMENT
