"""pywa as the company: what it sends is accepted and read as Meta would, and refusals reach it as its own classes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pywa.types import templates as t
from pywa.types.callback import Button, CallbackButton, Section, SectionList, SectionRow, URLButton
from tests.pywa.conftest import Foreign

from plantao_simulator import Customer, Status
from pywa import errors

PHONE = "+5531988887777"
PDF = b"%PDF-1.4\n1 0 obj\n"


async def _customer(foreign: Foreign, **more: Any) -> Customer:
    customer = foreign.bench.sim.customer("Maria", **{"phone": PHONE, **more})
    await foreign.bench.sim.write(customer, "oi")
    await foreign.bench.receiver.messages(1)
    return customer


async def test_a_text_is_sent_and_quotes(foreign: Foreign) -> None:
    customer = await _customer(foreign)
    asked = foreign.bench.sim.chat(customer)[0]
    sent = await foreign.wa.send_message(PHONE, "Olá, Maria", reply_to_message_id=asked.id, tracker="msg:1")
    [accepted] = foreign.bench.sim.sends
    assert (accepted.wamid, accepted.text) == (sent.id, "Olá, Maria")
    assert accepted.payload["context"]["message_id"] == asked.id
    assert accepted.payload["biz_opaque_callback_data"] == "msg:1"
    assert (sent.input, sent.from_phone_id) == (PHONE, foreign.bench.sim.config.phone_number_id)


async def test_somebody_known_by_bsuid_only_is_written_to(foreign: Foreign) -> None:
    customer = await _customer(foreign, phone=None, username="maria.fibra")
    sent = await foreign.wa.send_message(str(customer.user_id), "Olá!")
    assert foreign.bench.sim.sends[0].payload["recipient"] == customer.user_id
    assert sent.input == customer.user_id


async def test_a_file_goes_up_comes_down_and_is_sent(foreign: Foreign) -> None:
    await _customer(foreign)
    media = await foreign.wa.upload_media(PDF, mime_type="application/pdf", filename="fatura.pdf")
    described = await foreign.wa.get_media_url(media.id)
    assert (described.file_size, described.mime_type) == (len(PDF), "application/pdf")
    assert await foreign.wa.get_media_bytes(described.url) == PDF
    await foreign.wa.send_document(PHONE, media.id, filename="fatura.pdf", caption="Sua fatura")
    assert foreign.bench.sim.sends[0].payload["document"]["id"] == media.id
    assert await foreign.wa.delete_media(media.id)
    with pytest.raises(errors.WhatsAppError) as refused:
        await foreign.wa.get_media_url(media.id)
    assert (refused.value.code, refused.value.subcode) == (100, 33)


async def test_buttons_lists_links_and_places_arrive(foreign: Foreign) -> None:
    customer = await _customer(foreign)
    wa = foreign.wa
    await wa.send_message(PHONE, "Voltou?", buttons=[Button("Sim", callback_data="sim"), Button("Não", "nao")])
    rows = [SectionRow("Suporte", "sup", "Sem sinal"), SectionRow("Financeiro", "fin")]
    await wa.send_message(PHONE, "Como ajudar?", buttons=SectionList("Ver", [Section("Assuntos", rows)]))
    await wa.send_message(PHONE, "A fatura", buttons=URLButton("Abrir", "https://example.com/f/1"))
    await wa.request_location(PHONE, "Onde fica?")
    await wa.send_location(PHONE, -23.5, -46.6, "Loja", "Sé")
    kinds = [m.content.get("interactive", {}).get("type", m.type) for m in foreign.bench.sim.chat(customer)[1:]]
    assert kinds == ["button", "list", "cta_url", "location_request_message", "location"]
    options = [o["title"] for m in foreign.bench.sim.chat(customer)[1:3] for o in m.options]
    assert options == ["Sim", "Não", "Suporte", "Financeiro"]


async def test_a_pressed_button_comes_back_as_pywas_own_update(foreign: Foreign) -> None:
    customer = await _customer(foreign)
    sent = await foreign.wa.send_message(PHONE, "Voltou?", buttons=[Button("Sim", callback_data="sim")])
    await foreign.bench.sim.tap(customer, sent.id, "sim")
    await foreign.bench.receiver.messages(2)
    pressed = [
        u for body in foreign.bench.receiver.raw for u in await foreign.reads(body) if isinstance(u, CallbackButton)
    ]
    assert [(u.data, u.title, u.reply_to_message.id) for u in pressed if u.reply_to_message] == [
        ("sim", "Sim", sent.id)
    ]


async def test_reactions_and_reading(foreign: Foreign) -> None:
    customer = await _customer(foreign)
    asked = foreign.bench.sim.chat(customer)[0]
    await foreign.wa.send_reaction(PHONE, "👍", asked.id)
    assert await foreign.wa.mark_message_as_read(asked.id)
    await foreign.wa.indicate_typing(asked.id)
    assert asked.status is Status.READ
    assert customer.typing_until is not None
    assert foreign.bench.sim.sends[0].payload["reaction"] == {"message_id": asked.id, "emoji": "👍"}


BODY: Any = t.BodyText("Olá {{1}}, a visita será {{2}}. Confirma?", "João", "amanhã")
NEW = t.Template(
    name="visita_confirmada",
    language=t.TemplateLanguage.PORTUGUESE_BR,
    category=t.TemplateCategory.UTILITY,
    parameter_format=t.ParamFormat.POSITIONAL,
    components=[
        BODY,
        t.FooterText(text="Horizonte Fibra"),
        t.Buttons(buttons=[t.QuickReplyButton(text="Confirmar"), t.QuickReplyButton(text="Reagendar")]),
    ],
)


async def test_a_template_is_made_reviewed_listed_sent_and_deleted(foreign: Foreign) -> None:
    await _customer(foreign)
    created = await foreign.wa.create_template(NEW)
    assert created.status == t.TemplateStatus.PENDING
    receiver = foreign.bench.receiver
    await receiver.until(lambda: any(v.get("event") == "APPROVED" for v in receiver.values))
    listed = await foreign.wa.get_templates(name="visita_confirmada", statuses=[t.TemplateStatus.APPROVED])
    [found] = list(listed)
    assert (found.id, found.status, [c.type for c in found.components if isinstance(c, t.TemplateBaseComponent)]) == (
        created.id,
        t.TemplateStatus.APPROVED,
        [t.ComponentType.BODY, t.ComponentType.FOOTER, t.ComponentType.BUTTONS],
    )
    params = [BODY.params("Ana", "sexta"), t.QuickReplyButton.params(callback_data="ok", index=0)]
    await foreign.wa.send_template(PHONE, "visita_confirmada", t.TemplateLanguage.PORTUGUESE_BR, params)
    shown = foreign.bench.sim.world.messages[foreign.bench.sim.sends[0].wamid].shown or {}
    assert shown["body"] == "Olá Ana, a visita será sexta. Confirma?"
    assert await foreign.wa.delete_template("visita_confirmada")
    with pytest.raises(errors.WhatsAppError, match="Invalid parameter"):
        await foreign.wa.create_template(NEW)


async def test_the_number_its_profile_and_blocked_people(foreign: Foreign) -> None:
    customer = await _customer(foreign)
    number = await foreign.wa.get_business_phone_number()
    assert (number.display_phone_number, number.quality_rating) == ("+55 11 3333-4444", "GREEN")
    await foreign.wa.update_business_profile(about="Atendimento 24h")
    assert (await foreign.wa.get_business_profile()).about == "Atendimento 24h"
    blocked = await foreign.wa.block_users([PHONE])
    assert [user.wa_id for user in blocked.added_users] == ["553188887777"]
    await foreign.bench.sim.write(customer, "ninguém lê isto")
    assert foreign.bench.sim.chat(customer)[-1].status is Status.SENT
    await foreign.wa.unblock_users([PHONE])
    assert foreign.bench.sim.business.first.blocked == set()


REFUSALS: dict[str, tuple[int, type[errors.WhatsAppError]]] = {
    "closed window": (131047, errors.ReEngagementMessage),
    "not on WhatsApp": (131026, errors.MessageUndeliverable),
    "too fast": (130429, errors.RateLimitHit),
    "too fast for one": (131056, errors.TooManyMessages),
    "account's limit": (80007, errors.RateLimitIssues),
    "token": (190, errors.ExpiredAccessToken),
    "out of order": (131016, errors.ServiceUnavailable),
    "unknown": (131000, errors.UnknownError),
    "payment": (131042, errors.BusinessPaymentIssue),
    "paused": (132015, errors.TemplatePaused),
}


@pytest.mark.parametrize(("code", "kind"), REFUSALS.values(), ids=REFUSALS)
async def test_refusals_are_pywas_own_classes(foreign: Foreign, code: int, kind: type[errors.WhatsAppError]) -> None:
    foreign.bench.sim.fail_next(kind="error", code=code)
    with pytest.raises(kind) as refused:
        await foreign.wa.send_message(PHONE, "Olá!")
    assert refused.value.code == code
    assert refused.value.fbtrace_id


async def test_a_page_of_html_is_an_error_too(foreign: Foreign) -> None:
    foreign.bench.sim.fail_next(kind="html")
    with pytest.raises(errors.WhatsAppError) as refused:
        await foreign.wa.send_message(PHONE, "Olá!")
    assert refused.value.status_code == 502


async def test_a_lost_answer_is_a_broken_connection(foreign: Foreign) -> None:
    await _customer(foreign)
    foreign.bench.sim.fail_next(kind="drop_response")
    with pytest.raises(httpx.RemoteProtocolError):
        await foreign.wa.send_message(PHONE, "Olá!")
    assert len(foreign.bench.sim.sends) == 1
