"""Any bytes whatever: no exception but UnreadableWebhook, no string that PostgreSQL refuses."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.whatsapp.wire.samples import (
    CONTEXT,
    TEXT,
    WAMID,
    change,
    message,
    messages_body,
    status,
    value,
    webhook,
)

from plantao.whatsapp.wire.decode import MAX_DEPTH, read_json, to_json
from plantao.whatsapp.wire.models import UnreadableWebhook, Webhook
from plantao.whatsapp.wire.webhook import parse_webhook


def strings(tree: Any) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    if isinstance(tree, dict):
        tree = [*tree.keys(), *tree.values()]
    return [text for item in tree for text in strings(item)] if isinstance(tree, list) else []


def assert_storable(found: Webhook) -> None:
    """Text columns refuse NUL and lone surrogates; jsonb refuses their escapes as well."""
    records = [*found.messages, *found.changes, *found.statuses, *found.notices, *found.bad]
    for text in strings(msgspec.to_builtins(records)):
        assert "\x00" not in text
        text.encode()
    kept: list[Any] = [*found.messages, *found.changes, *found.notices, *found.bad]
    raws = [one.raw for one in kept]
    payloads = [json.dumps(one.payload) for one in found.messages if one.payload is not None]
    for one in found.messages:
        msgspec.json.encode(one.payload)  # as it is stored
    for raw in raws + payloads:
        for text in strings(json.loads(raw)):
            assert "\x00" not in text
            text.encode()


def parse(raw: bytes) -> Webhook | None:
    try:
        return parse_webhook(raw)
    except UnreadableWebhook:
        return None


@pytest.mark.parametrize("damage", [r"\u0000", r"\ud800", r"\udfff", r"\ud800\ud800", r"\ud83d and"])
def test_what_postgresql_refuses_is_replaced(damage: str) -> None:
    hurt = message(type="text", text={"body": "oiHERE!"}, keyHERE="HERE")
    found = parse_webhook(messages_body(message(**TEXT), hurt).replace(b"HERE", damage.encode()))
    assert found.messages[0].content == "Estou sem sinal 📶"
    assert found.messages[1].content.startswith("oi\ufffd")
    assert found.bad == []
    assert_storable(found)


def test_names_forms_and_callbacks_are_cleaned_too() -> None:
    contact = {"profile": {"name": "R\x00ita", "username": "r\ud800"}, "wa_id": "5521987650001"}
    form = {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a\\u0000":"\\ud800"}'}}
    items = [message(type="interactive", interactive=form, context=CONTEXT)]
    inner = value(contacts=[contact], messages=items, statuses=[status("sent", biz_opaque_callback_data="a\x00")])
    found = parse_webhook(json.dumps(webhook(change(inner))).encode())
    assert found.messages[0].content == "Formulário respondido\na\ufffd: \ufffd"
    assert found.messages[0].sender.name == "R\ufffdita"
    assert found.statuses[0].callback_data == "a\ufffd"
    assert_storable(found)


def test_an_escape_that_was_itself_escaped_is_text() -> None:
    raw = messages_body(message(type="text", text={"body": r"\u0000 and \ud800"}))
    assert parse_webhook(raw).messages[0].content == r"\u0000 and \ud800"


NEST = b"[" * 3000 + b"1" + b"]" * 3000
OBJECTS = b'{"a":' * 3000 + b"1" + b"}" * 3000


@pytest.mark.parametrize("piece", [b"1e999", b"9" * 5000, b"9" * 4000, b"NaN", b"-Infinity", NEST, OBJECTS, b'"\xff"'])
def test_one_item_that_no_parser_likes_does_not_sink_the_batch(piece: bytes) -> None:
    raw = messages_body(message(**TEXT), message(type="text", text="HERE"), message(id="HERE", type="text", text={}))
    found = parse_webhook(raw.replace(b'"HERE"', piece))
    assert [one.wamid for one in found.messages[:2]] == [WAMID, WAMID]
    assert len(found.messages) + len(found.bad) == 3
    assert_storable(found)


@pytest.mark.parametrize("depth", [MAX_DEPTH, 200, 900, 1100])
def test_a_deep_nest_is_cut_with_or_without_a_nul(depth: int) -> None:
    deep = message(**TEXT, extra="HERE", more="\x00")
    raw = messages_body(deep).replace(b'"HERE"', b"[" * depth + b"]" * depth)
    found = parse_webhook(raw)
    assert [one.content for one in found.messages] == ["Estou sem sinal 📶"]
    assert_storable(found)


def test_the_tolerant_reader_reads_what_the_fast_one_reads() -> None:
    raw = messages_body(message(**TEXT, extra=[{}, [], '"[{\\"', 1.5, -3, True, None]))
    hurt = raw.replace(b"{", b'{"hurt":[1e999,NaN,-7,"a\n"],', 1)
    assert read_json(hurt) == {"hurt": ["1e999", "NaN", -7, "a\n"], **json.loads(raw)}


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 20_000])
def test_the_tolerant_reader_cuts_every_deep_nest_and_goes_on(depth: int) -> None:
    nest = b"[" * (depth - 1) + b"]" * (depth - 1)
    cut = depth > MAX_DEPTH
    tree = read_json(b'{"hurt":1e999,"a":' + nest + b',"b":' + nest + b',"c":3}')
    assert (tree["hurt"], tree["c"]) == ("1e999", 3)
    assert ("…" in strings(tree["a"]), "…" in strings(tree["b"])) == (cut, cut)


def test_a_tree_deeper_than_any_stack_is_still_written() -> None:
    tree: list[Any] = []
    for _ in range(50_000):
        tree = [tree]
    assert "…" in strings(json.loads(to_json(tree)))


def test_a_byte_order_mark_is_passed_over() -> None:
    assert len(parse_webhook(b"\xef\xbb\xbf" + messages_body(message(**TEXT))).messages) == 1


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["text", "messages", "contact_request", "user_changed_number", "\x00", "\ud800", "9" * 600]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
PLACE = {"latitude": 1.5, "longitude": 2, "name": "a", "address": "b"}
CARD = {"vcard": "FN:x\nTEL;waid=5521:1", "phones": [{"phone": "1", "wa_id": "552199"}], "name": {"first_name": "x"}}
ORDER = {
    "text": "t",
    "product_items": [{"product_retailer_id": "p", "quantity": 1, "item_price": 9.9, "currency": "BRL"}],
}
FORM = {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a":1}'}}
SYSTEM = {"body": "x", "wa_id": "55219", "user_id": "BR.1", "previous_user_id": "BR.2", "type": "user_changed_number"}
ERROR = {"code": 1, "title": "t", "message": "m", "error_data": {"details": "d"}}
SAMPLE = webhook(
    change(
        value(
            messages=[
                message(
                    **TEXT,
                    context={**CONTEXT, "forwarded": True, "referred_product": {"catalog_id": "1"}},
                    referral={"headline": "h", "welcome_message": {"text": "t"}},
                ),
                message(type="image", image={"id": "1", "caption": "c", "mime_type": "m"}, errors=[ERROR]),
                message(type="location", location=PLACE),
                message(type="contacts", contacts=[CARD], origin="contact_request"),
                message(type="order", order=ORDER),
                message(type="interactive", interactive=FORM),
                message(type="interactive", interactive={"type": "list_reply", "list_reply": {"id": "i"}}),
                message(type="button", button={"payload": "p", "text": "t"}),
                message(type="reaction", reaction={"message_id": "w", "emoji": "x"}),
                message(type="system", system=SYSTEM),
                message(type="edit", edit={"original_message_id": "w", "message": TEXT}),
                message(type="unsupported", unsupported={"type": "poll"}),
            ],
            statuses=[status("failed", errors=[ERROR], pricing={"billable": True, "type": "regular"})],
            errors=[ERROR],
        )
    ),
    change(value(message_echoes=[{**message(**TEXT, from_="5521333"), "to": "5521987650001"}]), "smb_message_echoes"),
    change({"event": "APPROVED", "list": [1]}, "account_update"),
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    return [path, *(place for key in keys for place in places(tree[key], (*path, key)))]


def replaced(tree: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = replaced(tree[path[0]], path[1:], new)
    return copy


PLACES = [place for place in places(SAMPLE) if place]


@given(st.sampled_from(PLACES), JSON_VALUES)
def test_any_value_in_any_place_is_read_or_parked(place: tuple[Any, ...], new: Any) -> None:
    found = parse_webhook(json.dumps(replaced(SAMPLE, place, new)).encode())
    assert_storable(found)
    at_item = place[:5] == ("entry", 0, "changes", 0, "value") and place[5:6] == ("messages",) and len(place) >= 7
    if at_item:  # the damage is one message's: the eleven others are still read, or left alone
        assert len(found.messages) + len(found.changes) >= 12  # with the echo
        assert len(found.messages) + len(found.changes) + len(found.bad) + len(found.groups) == 13
        assert (len(found.statuses), len(found.notices)) == (1, 2)


@given(st.sampled_from(PLACES), JSON_VALUES, st.data())
def test_any_bytes_in_a_body_never_raise_anything_else(place: tuple[Any, ...], new: Any, data: st.DataObject) -> None:
    raw = bytearray(json.dumps(replaced(SAMPLE, place, new), ensure_ascii=True).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    found = parse(bytes(raw))
    if found is not None:
        assert_storable(found)


@given(st.binary(max_size=300) | JSON_VALUES.map(lambda tree: json.dumps(tree).encode()))
@example(b'{"object":"whatsapp_business_account","entry":"' + b"\\" * 9)
@example(b"{" + b'"\\"' * 100_000)
@example(b'{"a":' * 100_000)
def test_any_bytes_never_raise_anything_else(raw: bytes) -> None:
    found = parse(raw)
    if found is not None:
        assert_storable(found)
