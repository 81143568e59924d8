"""Any frames whatever: answered by an error or a documented close, and a ping after them is answered."""

import json
from collections.abc import Callable
from typing import Any

import structlog
from hypothesis import strategies as st
from tests.attacks.asking import NOWHERE, assemble
from tests.attacks.fuzzing import JSON_VALUES, fuzz
from tests.attacks.rows import ATTENDANT
from tests.stories.harness import Json, Person, Socket, System
from websockets.exceptions import ConnectionClosed

from plantao.conversations.wishes import SENDABLE
from plantao.kit.errors import ErrorCode
from plantao.realtime import endpoints

DOCUMENTED = {1013, 1012, 4401}
PROTOCOL = {1007, 1009}  # not UTF-8, too large: said by the WebSocket protocol itself
FAST = 100_000  # frames a second, in the place of the pace that has stories of its own


NUMBERS = st.floats() | st.integers() | JSON_VALUES
PLACE = {"latitude": NUMBERS, "longitude": NUMBERS, "name": JSON_VALUES, "address": JSON_VALUES}
CARD = {"name": st.text(max_size=5) | JSON_VALUES, "phones": st.lists(JSON_VALUES, max_size=2), "org": JSON_VALUES}
INTERACTIVE = {
    "kind": st.sampled_from(["buttons", "list", "cta_url", "flow", "location_request"]) | JSON_VALUES,
    "header": JSON_VALUES,
    "footer": JSON_VALUES,
    "buttons": st.lists(st.fixed_dictionaries({"id": st.text(max_size=3), "title": st.text(max_size=3)}), max_size=4),
    "button": JSON_VALUES,
    "sections": st.lists(JSON_VALUES, max_size=2),
    "display_text": JSON_VALUES,
    "url": JSON_VALUES,
    "flow_id": JSON_VALUES,
    "data": JSON_VALUES,
}


def near_valid(own: str) -> st.SearchStrategy[Json]:
    """Frames of every type, one of whose fields may be wrong, missing, or one too many."""
    ids = st.sampled_from([own, NOWHERE, own.upper(), own[:-1], ""])
    text, seq = st.text(max_size=20) | st.just("oi"), st.integers(-1, 5) | st.just(2**63)
    fields: dict[str, st.SearchStrategy[Any]] = {
        "conversation_id": ids,
        "content": text,
        "message_type": st.sampled_from([*SENDABLE, "note", ""]),
        "caption": text | st.none(),
        "filename": text | st.none(),
        "template_name": text | st.none(),
        "language": text | st.none(),
        "voice": st.booleans() | text,
        "location": st.fixed_dictionaries({}, optional=PLACE) | JSON_VALUES,
        "contacts": st.lists(st.fixed_dictionaries({}, optional=CARD) | JSON_VALUES, max_size=2) | JSON_VALUES,
        "interactive": st.fixed_dictionaries({}, optional=INTERACTIVE) | JSON_VALUES,
        "reply_to": text | st.sampled_from([NOWHERE, f"msg-{NOWHERE}"]) | st.none(),
        "components": st.lists(st.dictionaries(st.text(max_size=3), JSON_VALUES, max_size=2), max_size=2) | st.none(),
        "client_id": text | st.none(),
        "last_seen_seq": seq | st.none(),
        "since_seq": seq | st.none(),
        "seq": seq | st.none(),
    }
    types = ["join_conversation", "leave_conversation", "send_message", "typing_start", "typing_stop"]
    types += ["mark_read", "ping"]
    optional = {name: strategy for name, strategy in fields.items() if name != "conversation_id"}
    return st.fixed_dictionaries(
        {"type": st.sampled_from(types) | JSON_VALUES, "conversation_id": ids},
        optional=optional | {"more": JSON_VALUES},
    )


Large = tuple[str, int]  # a frame too large to be printed, by its making
MAKING: dict[str, Callable[[int], str]] = {
    "lists": lambda depth: "[" * depth,
    "objects": lambda depth: '{"type":"ping","a":' + '{"a":' * depth + "1" + "}" * depth + "}",
    "text": lambda size: json.dumps({"type": "ping", "a": "x" * size}),
}


def frames(own: str) -> st.SearchStrategy[str | bytes | Large]:
    near = near_valid(own).map(json.dumps)
    large = st.tuples(st.sampled_from(sorted(MAKING)), st.integers(1, 70_000))
    return st.one_of(near, near, near, JSON_VALUES.map(json.dumps), st.text(max_size=50), st.binary(max_size=50), large)


def made(frame: str | bytes | Large) -> str | bytes:
    return MAKING[frame[0]](frame[1]) if isinstance(frame, tuple) else frame


async def try_frames(person: Person, batch: list[str | bytes | Large]) -> None:
    async with person.socket(max_size=None) as socket:
        try:
            for frame in batch:
                await socket.connection.send(made(frame))
            await hear(socket)
        except ConnectionClosed:
            assert socket.connection.close_code in DOCUMENTED | PROTOCOL, socket.connection.close_code
    async with person.socket() as socket:
        await socket.silence()


async def hear(socket: Socket) -> None:
    """Everything up to an answered ping; errors are of the documented shape."""
    await socket.say("leave_conversation", conversation_id=NOWHERE)
    for frame in await socket.silence():
        if frame["type"] == "error":
            assert set(frame) == {"type", "detail", "error_code", "ref"}
            assert frame["error_code"] in set(ErrorCode) - {"INTERNAL_ERROR"}, frame


async def test_no_frames_break_a_socket(system: System, monkeypatch: Any) -> None:
    monkeypatch.setattr(endpoints, "FRAMES_PER_SECOND", FAST)
    monkeypatch.setattr(endpoints, "FRAME_BURST", FAST)
    cast = await assemble(system, 4)
    person, own = cast.people[ATTENDANT], cast.own[ATTENDANT]["id"]
    with structlog.testing.capture_logs() as logged:
        await fuzz(st.lists(frames(own), min_size=1, max_size=12), lambda batch: try_frames(person, batch), examples=40)
    assert {entry["event"] for entry in logged} & {"frame_failed", "socket_failed", "request_failed"} == set()
    async with person.socket() as socket:
        assert (await socket.join(own))["conversation_id"] == own
