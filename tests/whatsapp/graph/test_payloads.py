"""The exact body of each kind of message, and what is refused before it leaves."""

from typing import Any

import pytest

from plantao.whatsapp.graph.interactive import (
    Button,
    Buttons,
    ListMenu,
    Row,
    Section,
)
from plantao.whatsapp.graph.limits import PayloadError, check_content
from plantao.whatsapp.graph.messages import (
    Content,
    Media,
    MediaKind,
    OutgoingPayload,
    Recipient,
    Template,
    Text,
)
from plantao.whatsapp.graph.payloads import build_body, mark_read_body

TO = Recipient(wa_id="5521987650001")
COMPONENTS = [
    {"type": "body", "parameters": [{"type": "text", "text": "Rita"}]},
    {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "OK"}]},
]

BODIES: dict[str, tuple[Content, dict[str, Any]]] = {
    "text": (Text("Olá"), {"type": "text", "text": {"body": "Olá"}}),
    "text with a link": (
        Text("Fatura: https://example.com/f/1"),
        {"type": "text", "text": {"preview_url": True, "body": "Fatura: https://example.com/f/1"}},
    ),
    "image": (
        Media(MediaKind.IMAGE, media_id="17", caption="Passo 1"),
        {"type": "image", "image": {"id": "17", "caption": "Passo 1"}},
    ),
    "image by link": (
        Media(MediaKind.IMAGE, link="https://cdn.example.com/1.jpg"),
        {"type": "image", "image": {"link": "https://cdn.example.com/1.jpg"}},
    ),
    "video": (Media(MediaKind.VIDEO, media_id="18"), {"type": "video", "video": {"id": "18"}}),
    "document": (
        Media(MediaKind.DOCUMENT, media_id="19", filename="fatura-11.pdf", caption="Sua fatura"),
        {"type": "document", "document": {"id": "19", "filename": "fatura-11.pdf", "caption": "Sua fatura"}},
    ),
    "voice note": (
        Media(MediaKind.AUDIO, media_id="20", voice=True),
        {"type": "audio", "audio": {"id": "20", "voice": True}},
    ),
    "audio": (Media(MediaKind.AUDIO, media_id="20"), {"type": "audio", "audio": {"id": "20"}}),
    "sticker": (Media(MediaKind.STICKER, media_id="21"), {"type": "sticker", "sticker": {"id": "21"}}),
    "template": (
        Template("aviso_visita", "pt_BR", COMPONENTS),
        {
            "type": "template",
            "template": {"name": "aviso_visita", "language": {"code": "pt_BR"}, "components": COMPONENTS},
        },
    ),
    "template without variables": (
        Template("boas_vindas", "pt"),
        {"type": "template", "template": {"name": "boas_vindas", "language": {"code": "pt"}}},
    ),
    "buttons": (
        Buttons("Voltou?", [Button("sim", "Sim"), Button("nao", "Ainda não")], header="Suporte", footer="Rede Sul"),
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "header": {"type": "text", "text": "Suporte"},
                "body": {"text": "Voltou?"},
                "footer": {"text": "Rede Sul"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "sim", "title": "Sim"}},
                        {"type": "reply", "reply": {"id": "nao", "title": "Ainda não"}},
                    ]
                },
            },
        },
    ),
    "list": (
        ListMenu("Como ajudar?", "Opções", [Section([Row("s", "Suporte", "Lenta"), Row("f", "Financeiro")], "Setor")]),
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "Como ajudar?"},
                "action": {
                    "button": "Opções",
                    "sections": [
                        {
                            "title": "Setor",
                            "rows": [
                                {"id": "s", "title": "Suporte", "description": "Lenta"},
                                {"id": "f", "title": "Financeiro"},
                            ],
                        }
                    ],
                },
            },
        },
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_each_kind_has_its_exact_body(name: str) -> None:
    content, expected = BODIES[name]
    common = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+5521987650001"}
    assert build_body(OutgoingPayload(TO, content)) == common | expected


def test_a_reply_quotes_and_carries_our_id() -> None:
    body = build_body(OutgoingPayload(TO, Text("Certo"), callback_data="msg-7", reply_to="wamid.Q"))
    assert body["context"] == {"message_id": "wamid.Q"}
    assert body["biz_opaque_callback_data"] == "msg-7"


def test_a_customer_without_phone_is_reached_by_user_id() -> None:
    body = build_body(OutgoingPayload(Recipient(bsuid="BR.150"), Text("Oi")))
    assert body["recipient"] == "BR.150"
    assert "to" not in body
    both = build_body(OutgoingPayload(Recipient("5521987650001", "BR.150"), Text("Oi")))
    assert (both["to"], "recipient" in both) == ("+5521987650001", False)


def test_marking_read() -> None:
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.Q"}
    assert mark_read_body("wamid.Q", typing=False) == body
    assert mark_read_body("wamid.Q", typing=True) == body | {"typing_indicator": {"type": "text"}}


def menu(*sections: Section, body: str = "b", button: str = "Ver") -> ListMenu:
    return ListMenu(body, button, sections)


def rows(count: int) -> list[Row]:
    return [Row(str(index), "Linha") for index in range(count)]


SIM = Button("1", "Sim")
AT_THE_LIMIT: dict[str, Content] = {
    "text": Text("a" * 4096),
    "caption": Media(MediaKind.IMAGE, media_id="1", caption="a" * 1024),
    "filename": Media(MediaKind.DOCUMENT, media_id="1", filename="é" * 240),
    "template name": Template("a" * 512, "pt_BR"),
    "buttons": Buttons("a" * 1024, [Button("i" * 256, "t" * 20), SIM, Button("2", "Não")], "h" * 60, "f" * 60),
    "list": menu(Section(rows(10)), body="a" * 1024, button="v" * 20),
    "row": menu(Section([Row("i" * 200, "t" * 24, "d" * 72)], "s" * 24), Section([Row("2", "x")], "s")),
    "every component": Template("a", "en_US", [{"type": "HEADER"}, {"type": "body"}, {"type": "button"}]),
}


@pytest.mark.parametrize("name", AT_THE_LIMIT)
def test_the_limit_itself_is_allowed(name: str) -> None:
    check_content(AT_THE_LIMIT[name])


BEYOND: dict[str, tuple[Content, str, str]] = {
    "long text": (Text("a" * 4097), "text", "Passa do limite de 4096 caracteres"),
    "blank text": (Text(" \n"), "text", "Não pode ficar vazio"),
    "no media": (Media(MediaKind.IMAGE), "media", "Informe o arquivo já enviado ou um link, não os dois"),
    "two media": (Media(MediaKind.IMAGE, "1", "https://e.x/1"), "media", "Informe o arquivo já enviado"),
    "file link": (Media(MediaKind.IMAGE, link="file:///etc/passwd"), "link", "http"),
    "caption": (Media(MediaKind.VIDEO, "1", caption="a" * 1025), "caption", "1024"),
    "audio caption": (Media(MediaKind.AUDIO, "1", caption="a"), "caption", "não aceita legenda"),
    "image filename": (Media(MediaKind.IMAGE, "1", filename="a.jpg"), "filename", "Somente documentos"),
    "path as filename": (Media(MediaKind.DOCUMENT, "1", filename="../a.pdf"), "filename", "barras"),
    "filename with NUL": (Media(MediaKind.DOCUMENT, "1", filename="a\x00.pdf"), "filename", "controle"),
    "long filename": (Media(MediaKind.DOCUMENT, "1", filename="a" * 241), "filename", "240"),
    "blank filename": (Media(MediaKind.DOCUMENT, "1", filename=" "), "filename", "vazio"),
    "image voice": (Media(MediaKind.IMAGE, "1", voice=True), "voice", "Somente áudios"),
    "template name": (Template("Aviso Visita", "pt_BR"), "template_name", "minúsculas"),
    "long template name": (Template("a" * 513, "pt_BR"), "template_name", "minúsculas"),
    "template language": (Template("a", "português"), "language", "pt_BR"),
    "component": (Template("a", "pt_BR", [{"parameters": []}]), "components", "tipo"),
    "component type": (Template("a", "pt_BR", [{"type": "footnote"}]), "components", "tipo"),
    "no button": (Buttons("b", []), "buttons", "de 1 a 3"),
    "four buttons": (Buttons("b", [Button(str(i), str(i)) for i in range(4)]), "buttons", "de 1 a 3"),
    "button title": (Buttons("b", [Button("1", "t" * 21)]), "buttons.title", "20"),
    "button id": (Buttons("b", [Button("i" * 257, "t")]), "buttons.id", "256"),
    "blank button id": (Buttons("b", [Button("", "t")]), "buttons.id", "vazio"),
    "same button id": (Buttons("b", [SIM, Button("1", "Não")]), "buttons.id", "repetidos"),
    "same button title": (Buttons("b", [SIM, Button("2", "Sim")]), "buttons.title", "repetidos"),
    "buttons body": (Buttons("a" * 1025, [SIM]), "body", "1024"),
    "header": (Buttons("b", [SIM], header="h" * 61), "header", "60"),
    "footer": (Buttons("b", [SIM], footer="f" * 61), "footer", "60"),
    "no section": (menu(), "sections", "de 1 a 10"),
    "empty section": (menu(Section([])), "rows", "de 1 a 10"),
    "eleven rows": (menu(Section(rows(11))), "rows", "de 1 a 10"),
    "eleven rows in two": (menu(Section(rows(6), "a"), Section(rows(5), "b")), "rows", "de 1 a 10"),
    "untitled section": (menu(Section(rows(1), "a"), Section([Row("x", "y")])), "sections.title", "título"),
    "section title": (menu(Section(rows(1), "s" * 25)), "sections.title", "24"),
    "row id": (menu(Section([Row("i" * 201, "t")])), "rows.id", "200"),
    "row title": (menu(Section([Row("1", "t" * 25)])), "rows.title", "24"),
    "row description": (menu(Section([Row("1", "t", "d" * 73)])), "rows.description", "72"),
    "same row id": (menu(Section([Row("1", "a"), Row("1", "b")])), "rows.id", "repetidos"),
    "list button": (menu(Section(rows(1)), button="v" * 21), "button", "20"),
}


@pytest.mark.parametrize("name", BEYOND)
def test_beyond_the_limit_names_the_field_and_says_how(name: str) -> None:
    content, field, words = BEYOND[name]
    with pytest.raises(PayloadError) as caught:
        build_body(OutgoingPayload(TO, content))
    assert caught.value.field == field
    assert words in caught.value.message_pt


@pytest.mark.parametrize(
    "payload",
    [
        OutgoingPayload(Recipient(), Text("a")),
        OutgoingPayload(Recipient(wa_id="+5521987650001"), Text("a")),
        OutgoingPayload(Recipient(wa_id="1234"), Text("a")),
        OutgoingPayload(Recipient(wa_id="BR.150"), Text("a")),
    ],
)
def test_a_recipient_is_digits_or_a_user_id(payload: OutgoingPayload) -> None:
    with pytest.raises(PayloadError) as caught:
        build_body(payload)
    assert caught.value.field == "to"


@pytest.mark.parametrize("field", ["callback_data", "reply_to"])
def test_ids_have_metas_length(field: str) -> None:
    build_body(OutgoingPayload(TO, Text("a"), **{field: "x" * 512}))
    with pytest.raises(PayloadError) as caught:
        build_body(OutgoingPayload(TO, Text("a"), **{field: "x" * 513}))
    assert caught.value.field == field
