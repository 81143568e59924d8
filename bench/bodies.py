"""Webhooks as Meta sends them: one message of a customer, escaped by PHP, signed."""

import random
import time
from collections.abc import Iterator

from plantao_simulator.wire import JsonObject, change, envelope, new_wamid, php_json, signature

APP_SECRET = "b7f3d90c5e1a48628d47f0c3a96e125b"
PHONE_NUMBER_ID = "106540352242922"
WEBHOOK = "/api/v1/whatsapp/webhook"

METADATA = {"display_phone_number": "552133330000", "phone_number_id": PHONE_NUMBER_ID}
_NAMES = ("João Araújo", "Maria da Conceição", "Antônio Gonçalves", "Ana Luísa Brandão", "José Inácio", "Cláudia")
_TEXTS = (
    "Olá, estou sem internet desde ontem à noite",
    "Já reiniciei o roteador três vezes e continua com a luz vermelha, não sei mais o que fazer",
    "Segue o comprovante: https://banco.example/comprovante/2026/11/839201, vocês conseguem liberar em confiança?",
    "2ª via do boleto, por favor. Não chegou no meu e-mail este mês e vence amanhã",
    "Bom dia! A conexão está muito lenta aqui no bairro São José, meus vizinhos também estão reclamando 📶",
    "ok",
)


def phone(customer: int) -> str:
    return str(5511980000000 + customer)


def webhook_body(customer: int, rng: random.Random, words: str | None = None) -> bytes:
    """550 to 900 bytes: a text of the customer with this number, with an id of its own. `words`: else any."""
    wa_id, bsuid = phone(customer), f"BR.{13491208655302741918 + customer}"
    message = {
        "from": wa_id,
        "from_user_id": bsuid,
        "id": new_wamid(wa_id, outbound=False),
        "timestamp": str(int(time.time())),
        "text": {"body": words or rng.choice(_TEXTS)},
        "type": "text",
    }
    value: JsonObject = {
        "messaging_product": "whatsapp",
        "metadata": METADATA,
        "contacts": [{"profile": {"name": _NAMES[customer % len(_NAMES)]}, "wa_id": wa_id, "user_id": bsuid}],
        "messages": [message],
    }
    return php_json(envelope("300440055006600", [[change(value)]]))


def webhook_request(customer: int, rng: random.Random, path: str = WEBHOOK) -> bytes:
    """The whole HTTP request, ready to be written."""
    return signed_request(webhook_body(customer, rng), path)


def signed_request(body: bytes, path: str = WEBHOOK) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-Hub-Signature-256: {signature(body, APP_SECRET)}\r\n\r\n"
    )
    return head.encode() + body


def webhook_requests(count: int, customers: int, burst: int, path: str = WEBHOOK) -> Iterator[bytes]:
    """`count` webhooks: `burst` in a row of one customer, then the next; after the last, the first again."""
    rng = random.Random(count)
    for number in range(count):
        yield webhook_request(number // burst % customers, rng, path)
