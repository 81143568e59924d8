"""What the simulator tells the webhook means the same to pywa and to us, field by field, for each type."""

from __future__ import annotations

from typing import Any

import pytest
from pywa.types.calls import CallPermissionUpdate
from pywa.types.flows import FlowCompletion
from pywa.types.message import DeletedMessage, EditedMessage, Message
from pywa.types.message_status import MessageStatus
from tests.pywa.conftest import Foreign
from tests.simulator.conftest import text_to

from plantao.whatsapp.wire.models import InboundMessage, InboundStatus
from plantao.whatsapp.wire.webhook import parse_webhook
from plantao_simulator import Customer
from plantao_simulator.inbound import Writing
from pywa import errors

PHONE = "+5531988887777"
PLACE = {"latitude": -23.5, "longitude": -46.6, "name": "Sé", "address": "Praça da Sé"}
CARD = {"name": {"formatted_name": "Carlos", "first_name": "Carlos"}, "phones": [{"phone": "+55 11 98888-7777"}]}
ITEM = {"product_retailer_id": "plano-500", "quantity": 1, "item_price": 99.9, "currency": "BRL"}

WRITINGS: dict[str, Writing] = {
    "text": "Minha internet está lenta 😕",
    "quote": {"type": "text", "text": "sim", "reply_to": "wamid.pergunta"},
    "forwarded": {"type": "text", "text": "veja", "forwarded": True},
    "forwarded often": {"type": "text", "text": "corrente", "forwarded": "many"},
    "advertisement": {"type": "text", "text": "quero o plano", "referral": True},
    "image": {"type": "image", "caption": "luz vermelha"},
    "video": {"type": "video"},
    "document": {"type": "document", "caption": "segue", "filename": "comprovante.pdf"},
    "voice note": {"type": "audio"},
    "music": {"type": "audio", "voice": False, "mime_type": "audio/mpeg"},
    "sticker": {"type": "sticker"},
    "location": {"type": "location", **PLACE},
    "contacts": {"type": "contacts", "contacts": [CARD]},
    "reaction": {"type": "reaction", "message_id": "wamid.resposta", "emoji": "👍"},
    "reaction taken back": {"type": "reaction", "message_id": "wamid.resposta", "emoji": ""},
    "order": {"type": "order", "items": [ITEM]},
    "unsupported": {"type": "unsupported", "kind": "poll"},
    "too large": {"type": "too_large"},
}


async def _received(foreign: Foreign, writing: Writing, **person: Any) -> tuple[Customer, InboundMessage, Any]:
    """The writing as both read it from the same body."""
    customer = foreign.bench.sim.customer("João da Silva", **{"phone": PHONE, **person})
    await foreign.bench.sim.write(customer, writing)
    await foreign.bench.receiver.messages(1)
    body = foreign.bench.receiver.raw[0]
    ours = parse_webhook(body)
    assert (ours.bad, ours.notices, ours.statuses) == ([], [], [])
    [theirs] = await foreign.reads(body)
    return customer, ours.messages[0], theirs


def _same_envelope(ours: InboundMessage, theirs: Any) -> None:
    assert ours.sent_at == theirs.timestamp
    assert ours.phone_number_id == theirs.metadata.phone_number_id
    user, sender = theirs.from_user, ours.sender
    assert (sender.bsuid, sender.wa_id, sender.name) == (user.bsuid, user.wa_id, user.name)


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
async def test_a_message_means_the_same(foreign: Foreign, writing: Writing) -> None:
    _, ours, theirs = await _received(foreign, writing)
    assert isinstance(theirs, Message)
    _same_envelope(ours, theirs)
    assert ours.wamid == theirs.id
    assert str(ours.type) == str(theirs.type)
    quoted = theirs.reaction.message_id if theirs.reaction else None
    assert ours.reply_to == (theirs.reply_to_message.id if theirs.reply_to_message else quoted)
    assert (ours.error.code if ours.error else None) == (theirs.error.code if theirs.error else None)
    if theirs.text is not None:
        assert ours.content == theirs.text
    _same_file(ours, theirs)


def _same_file(ours: InboundMessage, theirs: Message) -> None:
    file = theirs.media
    assert (ours.media is None) == (file is None)
    if ours.media is None or file is None:
        return
    assert (ours.media.media_id, ours.media.mime_type, ours.media.sha256, ours.media.url) == (
        file.id,
        file.mime_type,
        file.sha256,
        file.url,
    )
    assert ours.caption == theirs.caption
    assert ours.media.voice == bool(theirs.voice)
    assert ours.media.filename == getattr(theirs.document, "filename", None)


async def test_what_only_pywa_names_is_there(foreign: Foreign) -> None:
    _, _, theirs = await _received(foreign, WRITINGS["advertisement"])
    assert (theirs.referral.source_type, theirs.referral.headline) == ("ad", "Fibra de 500 mega")
    place = {"type": "location", **PLACE}
    await foreign.bench.sim.write(foreign.bench.sim.customer("Ana"), place)
    await foreign.bench.receiver.messages(2)
    [where] = await foreign.reads(foreign.bench.receiver.raw[1])
    assert (where.location.latitude, where.location.name) == (-23.5, "Sé")


ANSWERS: dict[str, tuple[Writing, str]] = {
    "template's button": ({"type": "button", "text": "Confirmar", "payload": "OK"}, "OK"),
    "button": ({"type": "button_reply", "id": "sim", "title": "Sim"}, "sim"),
    "row": ({"type": "list_reply", "id": "sup", "title": "Suporte", "description": "Lenta"}, "sup"),
}


@pytest.mark.parametrize(("writing", "data"), ANSWERS.values(), ids=ANSWERS)
async def test_a_pressed_answer_means_the_same(foreign: Foreign, writing: dict[str, Any], data: str) -> None:
    _, ours, theirs = await _received(foreign, writing | {"reply_to": "wamid.pergunta"})
    _same_envelope(ours, theirs)
    assert ours.reply_id == theirs.data == data
    assert ours.content == theirs.title
    assert ours.reply_to == theirs.reply_to_message.id == "wamid.pergunta"


async def test_a_filled_form_and_a_permission_to_call(foreign: Foreign) -> None:
    _, ours, form = await _received(foreign, {"type": "flow_reply", "answers": {"cpf": "00000000191"}})
    assert isinstance(form, FlowCompletion)
    assert (form.response, form.id) == ({"cpf": "00000000191"}, ours.wamid)
    await foreign.bench.sim.write(foreign.bench.sim.customer("Ana"), {"type": "call_permission_reply"})
    await foreign.bench.receiver.messages(2)
    [permission] = await foreign.reads(foreign.bench.receiver.raw[1])
    assert isinstance(permission, CallPermissionUpdate)
    assert permission.expiration_timestamp is not None


async def test_somebody_with_a_username_only(foreign: Foreign) -> None:
    customer, ours, theirs = await _received(foreign, "oi", phone=None, username="ana.fibra")
    assert ours.sender.username == theirs.from_user.username == "ana.fibra"
    assert ours.sender.bsuid == theirs.from_user.bsuid == customer.user_id
    assert ours.sender.wa_id is theirs.from_user.wa_id is None


async def test_edits_and_revocations_name_the_same_message(foreign: Foreign) -> None:
    sim, receiver = foreign.bench.sim, foreign.bench.receiver
    customer = sim.customer("Ana", phone=PHONE)
    first = await sim.write(customer, "sem internte")
    await receiver.messages(1)
    await sim.write(customer, {"type": "edit", "message_id": "last", "text": "sem internet"})
    await receiver.messages(2)
    await sim.write(customer, {"type": "revoke", "message_id": "last"})
    await receiver.messages(3)
    theirs = [update for body in receiver.raw[1:] for update in await foreign.reads(body)]
    assert isinstance(theirs[0], EditedMessage)
    assert isinstance(theirs[1], DeletedMessage)
    ours = [parse_webhook(body).changes[0].original for body in receiver.raw[1:]]
    assert ours == [update.original_message_id for update in theirs] == [first.id] * 2


async def test_a_new_number(foreign: Foreign) -> None:
    customer, ours, theirs = await _received(foreign, {"type": "number_changed", "phone": "+5511987650000"})
    change = ours.identity_change
    assert change is not None
    assert (change.old_wa_id, change.new_wa_id) == (theirs.old_wa_id, theirs.new_wa_id)
    assert (change.old_wa_id, change.new_wa_id) == ("553188887777", "5511987650000")
    assert customer.wa_id == "5511987650000"


async def _statuses(foreign: Foreign, count: int) -> list[tuple[InboundStatus, MessageStatus[Any]]]:
    await foreign.bench.receiver.statuses(count)
    read = []
    for body in foreign.bench.receiver.raw:
        updates = await foreign.reads(body)
        read += list(zip(parse_webhook(body).statuses, updates, strict=False))
    return read


async def test_statuses_mean_the_same(foreign: Foreign) -> None:
    sim = foreign.bench.sim
    customer = sim.customer("Ana", phone=PHONE)
    await sim.write(customer, "oi")
    sim.open_chat(customer)
    await foreign.bench.graph(text_to(PHONE, biz_opaque_callback_data="msg:1"))
    pairs = await _statuses(foreign, 3)
    assert {str(ours.status) for ours, _ in pairs} == {"sent", "delivered", "read"}
    for ours, theirs in pairs:
        assert (ours.wamid, str(ours.status), ours.at) == (theirs.id, str(theirs.status), theirs.timestamp)
        assert ours.callback_data == theirs.tracker == "msg:1"
        assert (ours.recipient_wa_id, ours.recipient_bsuid) == (theirs.from_user.wa_id, theirs.from_user.bsuid)
        assert ours.pricing_category == (str(theirs.pricing.category) if theirs.pricing else None)


async def test_failures_and_new_identities_come_without_contacts_which_pywa_can_not_read(foreign: Foreign) -> None:
    sim, receiver = foreign.bench.sim, foreign.bench.receiver
    customer = sim.customer("Ana", phone=PHONE)
    await sim.write(customer, {"type": "identity_changed"})
    await receiver.messages(1)
    sim.fail_next(kind="fail_later", code=131049)
    await foreign.bench.graph(text_to(PHONE))
    [status] = await receiver.statuses(1)
    identity, failure = (parse_webhook(body) for body in receiver.raw)
    assert [await foreign.reads(body) for body in receiver.raw] == [[], []]
    assert identity.messages[0].sender.wa_id == failure.statuses[0].recipient_wa_id == customer.wa_id
    ours, theirs = failure.statuses[0].error, errors.WhatsAppError.from_dict(status["errors"][0])
    assert isinstance(theirs, errors.MessageUndeliverableDueToHealthyEcosystemEngagement)
    assert ours is not None
    assert (ours.code, ours.detail) == (theirs.code, theirs.details)


NOTICES = {
    "message_template_status_update": "new_status",
    "message_template_quality_update": "new_quality_score",
    "template_category_update": "new_category",
}


@pytest.mark.parametrize(("field", "shown"), NOTICES.items(), ids=NOTICES)
async def test_news_of_templates_means_the_same(foreign: Foreign, field: str, shown: str) -> None:
    receiver = foreign.bench.receiver
    value = foreign.bench.sim.notices.tell(field, None)
    await receiver.until(lambda: bool(receiver.raw))
    [theirs] = await foreign.reads(receiver.raw[0])
    [ours] = parse_webhook(receiver.raw[0]).notices
    assert ours.field == field
    assert str(theirs.template_id) == str(value["message_template_id"])
    assert str(getattr(theirs, shown)) in receiver.raw[0].decode()


async def test_an_answer_from_the_shops_own_phone(foreign: Foreign) -> None:
    sim, receiver = foreign.bench.sim, foreign.bench.receiver
    customer = sim.customer("Ana", phone=PHONE)
    echoed = await sim.echo(customer, "respondido pelo celular")
    await receiver.until(lambda: bool(receiver.raw))
    [theirs] = await foreign.reads(receiver.raw[0])
    assert (theirs.id, theirs.text) == (echoed.id, "respondido pelo celular")
    [ours] = parse_webhook(receiver.raw[0]).messages
    assert (ours.wamid, ours.content, ours.is_echo) == (echoed.id, "respondido pelo celular", True)
