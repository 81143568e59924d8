"""Values and the template that they are for: what fits, what is missing, and what the customer reads."""

from typing import Any

import pytest

from plantao.whatsapp.account.fitting import Misfit, check_fit, filled
from plantao.whatsapp.account.shape import shape_of

Json = dict[str, Any]

VISIT: list[Json] = [
    {"type": "HEADER", "format": "TEXT", "text": "Visita de {{1}}"},
    {"type": "BODY", "text": "Olá, {{1}}! O técnico chega {{2}}. Obrigado, {{1}}."},
    {"type": "FOOTER", "text": "Horizonte Fibra"},
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}]},
]
BILL: list[Json] = [
    {"type": "HEADER", "format": "DOCUMENT"},
    {"type": "BODY", "text": "Oi, {{nome}}! A fatura de {{valor}} chegou."},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+551133334444"},
            {"type": "URL", "text": "Ver", "url": "https://example.com/f/{{1}}"},
            {"type": "URL", "text": "Site", "url": "https://example.com"},
            {"type": "COPY_CODE", "text": "Copiar"},
        ],
    },
]
PLAIN: list[Json] = [{"type": "BODY", "text": "Sem variáveis."}]
PLACE: list[Json] = [{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Aqui."}]


def text(value: str, **more: str) -> Json:
    return {"type": "text", "text": value, **more}


def part(kind: str, *parameters: Json, **more: Any) -> Json:
    return {"type": kind, "parameters": list(parameters), **more}


PDF = part("header", {"type": "document", "document": {"id": "1037", "filename": "fatura.pdf"}})
NAMED = part("body", text("João", parameter_name="nome"), text("R$ 99,90", parameter_name="valor"))
SUFFIX = part("button", text("f/123"), sub_type="url", index="1")
CODE = part("button", {"type": "coupon_code", "coupon_code": "DEZ"}, sub_type="copy_code", index=3)
HEADER, BODY = part("header", text("amanhã")), part("body", text("João"), text("às 14h"))


@pytest.mark.parametrize(
    ("template", "given", "reads"),
    [
        (PLAIN, [], "Sem variáveis."),
        (PLAIN, [part("body")], "Sem variáveis."),
        (
            VISIT,
            [HEADER, BODY],
            "Visita de amanhã\nOlá, João! O técnico chega às 14h. Obrigado, João.\nHorizonte Fibra",
        ),
        (
            VISIT,
            [HEADER, BODY, part("button", {"type": "payload", "payload": "SIM"}, sub_type="quick_reply", index="0")],
            "Visita de amanhã\nOlá, João! O técnico chega às 14h. Obrigado, João.\nHorizonte Fibra",
        ),
        (BILL, [PDF, NAMED, SUFFIX, CODE], "Oi, João! A fatura de R$ 99,90 chegou."),
        (
            BILL,
            [PDF, part("BODY", *reversed(NAMED["parameters"])), SUFFIX, CODE],
            "Oi, João! A fatura de R$ 99,90 chegou.",
        ),
        (PLACE, [part("header", {"type": "location", "location": {"latitude": "-23", "longitude": 0}})], "Aqui."),
        (
            [{"type": "BODY", "text": "São {{1}} em {{2}}"}],
            [
                part(
                    "body",
                    {"type": "currency", "currency": {"fallback_value": "R$ 1,00", "code": "BRL", "amount_1000": 1000}},
                    {"type": "date_time", "date_time": {"fallback_value": "1 de maio"}},
                )
            ],
            "São R$ 1,00 em 1 de maio",
        ),
        # Of kinds that are new to us Meta knows more.
        ([*PLAIN, {"type": "CAROUSEL", "cards": []}], [part("carousel", cards=[])], "Sem variáveis."),
    ],
)
def test_what_fits_and_how_it_reads(template: list[Json], given: list[Json], reads: str) -> None:
    shape = shape_of(template)
    check_fit(shape, given)
    assert filled(shape, given) == reads


@pytest.mark.parametrize(
    ("template", "given", "says"),
    [
        (PLAIN, [BODY], "O corpo tem 0 variáveis e vieram 2 valores."),
        (PLAIN, [HEADER], "O cabeçalho tem 0 variáveis e vieram 1 valores."),
        (VISIT, [], "Falta valor no cabeçalho para {{1}}."),
        (VISIT, [HEADER], "Falta valor no corpo para {{1}}, {{2}}."),
        (VISIT, [HEADER, part("body", text("João"))], "Falta valor no corpo para {{2}}."),
        (VISIT, [HEADER, part("body", text("João"), text(" "))], "Um valor do corpo está vazio."),
        (
            VISIT,
            [HEADER, part("body", text("João"), {"type": "image"})],
            "tipo inválido. Use: text, currency, date_time.",
        ),
        (VISIT, [HEADER, part("body", text("a"), {"type": "currency"})], "do tipo currency, deve ser um objeto"),
        (VISIT, [HEADER, BODY, BODY], "O mesmo componente vem duas vezes."),
        (VISIT, [HEADER, {"type": "body", "parameters": 5}], "Os valores do corpo devem ser uma lista de objetos."),
        (VISIT, [HEADER, {"type": "body", "parameters": ["João"]}], "Os valores do corpo devem ser uma lista"),
        (VISIT, [HEADER, BODY, part("button", index="0", sub_type="url")], "é do tipo quick_reply: corrija sub_type"),
        (VISIT, [HEADER, BODY, part("button", index="1", sub_type="url")], "O template não tem botão com index 1."),
        (VISIT, [HEADER, BODY, part("button", sub_type="quick_reply")], "Cada botão precisa de index"),
        (VISIT, [HEADER, BODY, part("button", index=True, sub_type="quick_reply")], "Cada botão precisa de index"),
        (
            VISIT,
            [HEADER, BODY, *[part("button", index=0, sub_type="quick_reply")] * 2],
            "O mesmo botão vem duas vezes.",
        ),
        (
            VISIT,
            [HEADER, BODY, part("button", text("x"), index=0, sub_type="quick_reply")],
            "O botão 0 (Confirmar) precisa de um valor do tipo payload.",
        ),
        (BILL, [NAMED, SUFFIX, CODE], "O cabeçalho precisa de um valor: documento."),
        (
            BILL,
            [part("header", {"type": "image", "image": {"id": "1"}}), NAMED, SUFFIX, CODE],
            "O cabeçalho precisa de um valor do tipo document: documento.",
        ),
        (
            BILL,
            [part("header", {"type": "document", "document": {}}), NAMED, SUFFIX, CODE],
            "O cabeçalho precisa de id ou link: documento.",
        ),
        (
            BILL,
            [PDF, part("body", text("João"), text("1")), SUFFIX, CODE],
            "para {{nome}}, {{valor}} (em parameter_name)",
        ),
        (
            BILL,
            [PDF, part("body", text("J", parameter_name="nome")), SUFFIX, CODE],
            "Falta valor no corpo para {{valor}}",
        ),
        (
            BILL,
            [PDF, part("body", *NAMED["parameters"], text("x", parameter_name="x")), SUFFIX, CODE],
            "O corpo tem 2 variáveis e vieram 3 valores.",
        ),
        (BILL, [PDF, NAMED, CODE], "Falta o final do endereço do botão 1 (Ver)."),
        (
            BILL,
            [PDF, NAMED, part("button", sub_type="url", index=1), CODE],
            "Falta o final do endereço do botão 1 (Ver)",
        ),
        (BILL, [PDF, NAMED, SUFFIX], "Falta o código do botão 3 (Copiar)."),
        (
            BILL,
            [PDF, NAMED, SUFFIX, CODE, part("button", text("x"), sub_type="url", index=2)],
            "O botão 2 (Site) não recebe valor.",
        ),
        (
            BILL,
            [PDF, NAMED, SUFFIX, CODE, part("button", text("x"), sub_type="voice_call", index=0)],
            "O botão 0 (Ligar) não recebe valor.",
        ),
        (PLACE, [], "O cabeçalho precisa de um valor: localização."),
        (
            PLACE,
            [part("header", {"type": "location", "location": {"latitude": 1}})],
            "O cabeçalho precisa de latitude e longitude.",
        ),
    ],
)
def test_what_does_not_fit_is_named(template: list[Json], given: list[Json], says: str) -> None:
    with pytest.raises(Misfit) as caught:
        check_fit(shape_of(template), given)
    assert says in str(caught.value)


@pytest.mark.parametrize("broken", [[], [{}], [{"type": "BUTTONS", "buttons": "x"}], [{"type": "BODY", "text": 5}]])
def test_components_that_are_none_do_no_harm(broken: list[Json]) -> None:
    shape = shape_of(broken)
    check_fit(shape, [])
    assert filled(shape, []) == ""
