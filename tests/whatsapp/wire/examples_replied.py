"""Buttons, forms, reactions, WhatsApp's own words and what it keeps from us; as `examples_said`."""

from typing import Any

from tests.whatsapp.wire.records import TOO_BIG, Json, chosen, interactive
from tests.whatsapp.wire.samples import BSUID, CONTEXT, PHONE, QUOTED

from plantao.conversations.models import MessageType
from plantao.whatsapp.wire.models import IdentityChange, WireError

FORM = {"response_json": '{"flow_token":"AQ.9","cpf":"00000000272","ok":true}', "body": "Sent", "name": "flow"}
UNKNOWN = {"code": 131051, "title": "Message type unknown", "error_data": {"details": "not supported"}}
NEW_NUMBER = {
    "body": "User Rita Prado changed", "type": "user_changed_number", "wa_id": "5521987659999",
}  # fmt: skip
NEW_USER_ID = {
    "body": "User Rita Prado changed", "type": "user_changed_user_id", "wa_id": PHONE, "user_id": "BR.7",
    "previous_user_id": BSUID,
}  # fmt: skip
NEW_DEVICE = {"body": "User identity changed", "type": "customer_identity_changed"}


REPLIES: dict[str, tuple[Json, Json]] = {
    "template button": (
        {"context": CONTEXT, "type": "button", "button": {"payload": "CONFIRMAR", "text": "Confirmo"}},
        {
            "type": MessageType.BUTTON, "content": "Confirmo", "reply_to": QUOTED, "reply_id": "CONFIRMAR",
            "payload": chosen("button_reply", "CONFIRMAR", "Confirmo"),
        },
    ),
    "template button without context": (
        {"type": "button", "button": {"payload": "CONFIRMAR"}},
        {
            "type": MessageType.BUTTON, "content": "CONFIRMAR", "reply_id": "CONFIRMAR",
            "payload": chosen("button_reply", "CONFIRMAR", "CONFIRMAR"),
        },
    ),
    "button reply": (
        interactive("button_reply", id="pessoa", title="Falar com alguém"),
        {
            "type": MessageType.INTERACTIVE, "content": "Falar com alguém", "reply_to": QUOTED, "reply_id": "pessoa",
            "payload": chosen("button_reply", "pessoa", "Falar com alguém"),
        },
    ),
    "list reply": (
        interactive("list_reply", id="suporte", title="Suporte", description="Lenta"),
        {
            "type": MessageType.INTERACTIVE, "content": "Suporte", "reply_to": QUOTED, "reply_id": "suporte",
            "payload": chosen("list_reply", "suporte", "Suporte", description="Lenta"),
        },
    ),
    "form": (
        interactive("nfm_reply", **FORM),
        {
            "type": MessageType.INTERACTIVE, "content": "Formulário respondido\ncpf: 00000000272\nok: true",
            "reply_to": QUOTED,
            "payload": chosen("flow_reply", title="flow", answers={"cpf": "00000000272", "ok": True}),
        },
    ),
    "form that is no object": (
        interactive("nfm_reply", response_json="[1]", name="flow"),
        {
            "type": MessageType.INTERACTIVE, "content": "Formulário respondido", "reply_to": QUOTED,
            "payload": chosen("flow_reply", title="flow", answers=[1]),
        },
    ),
    "form that is no JSON": (
        interactive("nfm_reply", response_json="{", name="flow"),
        {
            "type": MessageType.INTERACTIVE, "content": "Formulário respondido", "reply_to": QUOTED,
            "payload": chosen("flow_reply", title="flow"),
        },
    ),
    "call permission": (
        interactive("call_permission_reply", response="accept", is_permanent=False, expiration_timestamp="1796119200"),
        {
            "type": MessageType.INTERACTIVE, "content": "Permissão para ligar concedida", "reply_to": QUOTED,
            "is_turn": False,
            "payload": chosen(
                "call_permission_reply", granted=True, permanent=False, expires_at="2026-12-01T10:00:00Z"
            ),
        },
    ),
    "call refusal": (
        interactive("call_permission_reply", response="reject"),
        {
            "type": MessageType.INTERACTIVE, "content": "Permissão para ligar negada", "reply_to": QUOTED,
            "is_turn": False,
            "payload": chosen("call_permission_reply", granted=False, permanent=False, expires_at=None),
        },
    ),
    "interactive of the future": (
        interactive("carousel_reply", id="x"),
        {
            "type": MessageType.INTERACTIVE, "content": "Resposta sem conteúdo", "reply_to": QUOTED,
            "payload": chosen("carousel_reply"),
        },
    ),
    "reaction": (
        {"type": "reaction", "reaction": {"message_id": QUOTED, "emoji": "👍"}},
        {
            "type": MessageType.REACTION, "content": "👍", "reply_to": QUOTED, "is_turn": False,
            "payload": {"emoji": "👍"},
        },
    ),
    "reaction taken back": (
        {"type": "reaction", "reaction": {"message_id": QUOTED}},
        {
            "type": MessageType.REACTION, "content": "Reação removida", "reply_to": QUOTED, "is_turn": False,
            "payload": {"emoji": None},
        },
    ),
    "reaction taken back by an empty one": (
        {"type": "reaction", "reaction": {"message_id": QUOTED, "emoji": ""}},
        {
            "type": MessageType.REACTION, "content": "Reação removida", "reply_to": QUOTED, "is_turn": False,
            "payload": {"emoji": None},
        },
    ),
}  # fmt: skip


def unsupported(said: str, kind: str | None, **more: Any) -> Json:
    return {"type": MessageType.UNSUPPORTED, "content": said, "payload": {"kind": kind}} | more


HIDDEN = "Mensagem que o WhatsApp não entrega aqui"
OTHERS: dict[str, tuple[Json, Json]] = {
    "new number": (
        {"type": "system", "system": NEW_NUMBER},
        {
            "type": MessageType.SYSTEM, "is_turn": False,
            "content": "O cliente mudou de número: +5521987650001 para +5521987659999",
            "identity_change": IdentityChange(PHONE, "5521987659999", BSUID, None),
            "payload": {
                "kind": "user_changed_number", "body": "User Rita Prado changed", "old_wa_id": PHONE,
                "new_wa_id": "5521987659999", "old_user_id": BSUID, "new_user_id": None,
            },
        },
    ),
    "new user id": (
        {"type": "system", "system": NEW_USER_ID},
        {
            "type": MessageType.SYSTEM, "content": "A identificação do cliente no WhatsApp mudou", "is_turn": False,
            "identity_change": IdentityChange(PHONE, PHONE, BSUID, "BR.7"),
            "payload": {
                "kind": "user_changed_user_id", "body": "User Rita Prado changed", "old_wa_id": PHONE,
                "new_wa_id": PHONE, "old_user_id": BSUID, "new_user_id": "BR.7",
            },
        },
    ),
    "new device": (
        {"type": "system", "system": NEW_DEVICE},
        {
            "type": MessageType.SYSTEM, "content": "O aparelho ou o WhatsApp do cliente mudou", "is_turn": False,
            "payload": {"kind": "customer_identity_changed", "body": "User identity changed"},
        },
    ),
    "system of the future": (
        {"type": "system", "system": {"body": "Something new"}},
        {
            "type": MessageType.SYSTEM, "content": "Something new", "is_turn": False,
            "payload": {"kind": None, "body": "Something new"},
        },
    ),
    "system without words": (
        {"type": "system"},
        {
            "type": MessageType.SYSTEM, "content": "Aviso do WhatsApp", "is_turn": False,
            "payload": {"kind": None, "body": None},
        },
    ),
    "poll": (
        {"type": "unsupported", "unsupported": {"type": "poll"}, "errors": [UNKNOWN]},
        unsupported(
            f"{HIDDEN} (enquete)", "poll", error=WireError(131051, "Message type unknown", "not supported")
        ),
    ),
    "unsupported, as it was": ({"type": "unknown"}, unsupported(HIDDEN, None)),
    "unsupported edit": (
        {"type": "unsupported", "unsupported": {"type": "edit"}},
        unsupported(f"{HIDDEN} (edição)", "edit", is_turn=False),
    ),
    "too big a file": (
        {"type": "unsupported", "errors": [TOO_BIG]},
        unsupported(
            "Arquivo que o WhatsApp não conseguiu receber", None,
            error=WireError(131052, "Media download error", "too big"),
        ),
    ),
    "type of the future": ({"type": "hologram", "hologram": {}}, unsupported(f"{HIDDEN} (hologram)", "hologram")),
    "no type": ({}, unsupported(HIDDEN, None)),
    "type that is a list": ({"type": ["text"]}, unsupported(HIDDEN, None)),
}  # fmt: skip
