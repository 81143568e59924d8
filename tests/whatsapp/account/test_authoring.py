"""A new template is refused with the field's name for what Meta would refuse with a number."""

from typing import Any

import pytest

from plantao.kit.errors import ValidationFailed
from plantao.whatsapp.account.authoring import check_new, parameter_format

Json = dict[str, Any]

EXAMPLE = {"body_text": [["João", "amanhã às 14h"]]}
BODY: Json = {"type": "BODY", "text": "Olá {{1}}, sua visita será {{2}}. Confirma?", "example": EXAMPLE}
NAMED: Json = {
    "type": "BODY",
    "text": "Olá {{nome}}, tudo bem?",
    "example": {"body_text_named_params": [{"param_name": "nome", "example": "João"}]},
}
REPLY: Json = {"type": "QUICK_REPLY", "text": "Confirmar"}
LINK: Json = {"type": "URL", "text": "Acompanhar", "url": "https://example.com/v/{{1}}", "example": ["123"]}


def body(text: str, values: int = 0) -> Json:
    return {"type": "BODY", "text": text} | ({"example": {"body_text": [["x"] * values]}} if values else {})


def buttons(*given: Json) -> list[Json]:
    return [BODY, {"type": "BUTTONS", "buttons": list(given)}]


@pytest.mark.parametrize(
    "components",
    [
        [BODY],
        [NAMED],
        [body("Sem variáveis.")],
        [body("x" * 1024)],
        [{"type": "header", "format": "text", "text": "Visita"}, BODY, {"type": "footer", "text": "x" * 60}],
        [{"type": "HEADER", "format": "TEXT", "text": "{{1}}", "example": {"header_text": ["x"]}}, BODY],
        [{"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::aW"]}}, BODY],
        buttons(REPLY, LINK, {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+551133334444"}),
        buttons(*({"type": "QUICK_REPLY", "text": f"{n}"} for n in range(10))),
        buttons({"type": "COPY_CODE", "example": "DEZ"}),
    ],
)
def test_what_meta_takes(components: list[Json]) -> None:
    check_new("visita_tecnica", "pt_BR", "UTILITY", components)


def test_metas_own_authentication_template_needs_no_text() -> None:
    components: list[Json] = [
        {"type": "BODY"},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]
    check_new("codigo", "pt_BR", "AUTHENTICATION", components)


@pytest.mark.parametrize(
    ("components", "field"),
    [
        ([], "components"),
        ([{"type": "CAROUSEL"}, BODY], "components"),
        ([{}], "components"),
        ([BODY, BODY], "components"),
        ([{"type": "FOOTER", "text": "x"}], "components"),
        ([body("")], "body.text"),
        ([{"type": "BODY", "text": 5}], "body.text"),
        ([body("x" * 1025)], "body.text"),
        ([body("{{1}}, olá.", 1)], "body.text"),
        ([body("Olá, {{1}}", 1)], "body.text"),
        ([body("Olá, {{1}} {{2}} aí.", 2)], "body.text"),
        ([body("Olá, {{1}} e {{3}} aí.", 2)], "body.text"),
        ([body("Olá, {{2}} aí.", 1)], "body.text"),
        ([body("Olá, {{1}} e {{nome}} aí.", 2)], "body.text"),
        ([body("Olá, {{o nome}} aí.", 1)], "body.text"),
        ([body("Olá, {{1}} aí.")], "body.example"),
        ([body("Olá, {{1}} aí.", 2)], "body.example"),
        ([NAMED | {"example": "João"}], "body.example"),
        ([{"type": "HEADER", "format": "AUDIO"}, BODY], "header.format"),
        ([{"type": "HEADER", "format": "TEXT", "text": "x" * 61}, BODY], "header.text"),
        ([{"type": "HEADER", "format": "TEXT", "text": "{{1}} e {{2}}", "example": {}}, BODY], "header.text"),
        ([{"type": "HEADER", "format": "TEXT", "text": "Oi {{1}}"}, BODY], "header.example"),
        ([BODY, {"type": "FOOTER", "text": "x" * 61}], "footer.text"),
        ([BODY, {"type": "FOOTER", "text": "De {{1}}"}], "footer.text"),
        ([BODY, {"type": "BUTTONS"}], "buttons"),
        (buttons(), "buttons"),
        (buttons(*({"type": "QUICK_REPLY", "text": f"{n}"} for n in range(11))), "buttons"),
        (buttons({"text": "x"}), "buttons.type"),
        (buttons(REPLY | {"text": "x" * 26}), "buttons.text"),
        (buttons({"type": "QUICK_REPLY"}), "buttons.text"),
        (buttons(REPLY, REPLY), "buttons.text"),
        (buttons({"type": "PHONE_NUMBER", "text": "Ligar"}), "buttons.phone_number"),
        (buttons(LINK | {"url": "example.com"}), "buttons.url"),
        (buttons(LINK | {"url": "https://example.com/{{1}}/x"}), "buttons.url"),
        (buttons(LINK | {"url": "https://example.com/{{1}}/{{2}}"}), "buttons.url"),
        (buttons(LINK | {"example": None}), "buttons.example"),
    ],
)
def test_what_meta_refuses_is_named(components: list[Json], field: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        check_new("visita_tecnica", "pt_BR", "UTILITY", components)
    assert caught.value.field == field


@pytest.mark.parametrize(("name", "language", "field"), [("Visita", "pt_BR", "name"), ("visita", "pt-BR", "language")])
def test_names_and_languages(name: str, language: str, field: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        check_new(name, language, "UTILITY", [BODY])
    assert caught.value.field == field


def test_the_format_of_the_variables_is_told_to_meta() -> None:
    assert parameter_format([BODY]) == "POSITIONAL"
    assert parameter_format([NAMED]) == "NAMED"
