"""A provider after its network has failed: people at work, a queue, a conversation with all that WhatsApp has."""

import asyncio

from sqlalchemy import text
from tests.console.past import write_week
from tests.stories.file_samples import SAMPLES, encoded
from tests.stories.harness import Json, Person, System

from plantao.identity.models import Role
from plantao_simulator.state import Customer

ACCOUNT = "102290129340398"
WAITING = (
    ("Marlene Queiroz", "São 80 apartamentos sem sinal aqui. Alguma previsão?"),
    ("Mercadinho Sampaio", "A maquininha não passa cartão, estou perdendo venda"),
    ("Antônio Carlos de Albuquerque Figueiredo Neto", "Caiu de novo?"),
    ("Padaria Estrela", "Boa tarde, a internet da loja caiu"),
    ("Débora Lins", "Trabalho de casa, preciso de uma previsão por favor"),
    ("Igor Batista", "luz vermelha piscando no aparelho"),
    ("Clínica Vida", "Estamos sem sistema desde as 14h"),
    ("Sueli Moraes", "oi, tem alguém aí?"),
    ("Renan Prado", "Aqui no Jardim América voltou e caiu"),
    ("Lívia Campos", "Minha filha está em prova online"),
)
WAITED = text("""
    UPDATE conversations SET queued_at = queued_at - n * interval '45 seconds'
    FROM (SELECT id, row_number() OVER (ORDER BY queued_at DESC) AS n FROM conversations WHERE status = 'queue') AS line
    WHERE conversations.id = line.id
""")
REPLIES = {
    "boleto": "{cliente}, segue a 2ª via. Protocolo {protocolo}.",
    "queda": "{cliente}, uma fibra se rompeu no seu bairro. A equipe já está no local.",
    "visita": "Consigo um técnico amanhã, das 8h às 12h. Fica bom?",
}
TAGS = {"queda de fibra": "red", "segunda via": "blue", "visita marcada": "teal"}
BUTTONS: Json = {
    "kind": "buttons",
    "footer": "Horizonte Fibra",
    "buttons": [{"id": "s", "title": "Sim"}, {"id": "n", "title": "Não"}],
}
ITEM: Json = {"product_retailer_id": "roteador-ax", "quantity": 2, "item_price": 199.9, "currency": "BRL"}
PHONES: Json = {"phones": [{"phone": "+5511987654321", "type": "CELL"}], "org": {"company": "Condomínio Sol"}}
PLACE: Json = {
    "type": "location",
    "latitude": -23.55052,
    "longitude": -46.633308,
    "name": "Casa",
    "address": "Praça da Sé, 1",
}


def sample(kind: str, name: str, **more: str | bool) -> Json:
    return {"type": kind, "data": encoded((SAMPLES / name).read_bytes()), **more}


KINDS: tuple[Json, ...] = (
    sample("image", "modem.jpg", caption="As luzes ficaram assim"),
    PLACE,
    {"type": "contacts", "contacts": [{"name": {"formatted_name": "Seu Jorge", "first_name": "Jorge"}} | PHONES]},
    sample("audio", "voz.ogg", voice=True),
    sample("video", "video.mp4", caption="O teste de velocidade"),
    sample("sticker", "figurinha.webp"),
    sample("document", "comprovante.pdf", filename="comprovante.pdf"),
    {"type": "order", "items": [ITEM]},
    {"type": "text", "text": "Veja *https://example.com/status*, já são _duas_ horas"},
)


async def open_for_business(system: System) -> tuple[Person, Person]:
    """Maria, who serves; Carlos, who is away; Helena, who may everything. Returns the first two."""
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    helena = await system.person(Role.ADMIN, "Helena Prado")
    for shortcut, content in REPLIES.items():
        assert (await helena.post("/canned-replies", {"shortcut": shortcut, "content": content})).is_success
    for name, color in TAGS.items():
        assert (await helena.post("/tags", {"name": name, "color": color})).is_success
    await write_week(system, maria, carlos)
    return maria, carlos


async def network_fails(system: System) -> None:
    """All write at once; who is at work gets what they can hold, the others wait."""
    for number, (name, words) in enumerate(WAITING):
        customer = system.sim.customer(name, phone=f"55119876500{number:02}")
        await system.sim.write(customer, "Quero falar com um atendente")
        await system.settle()
        await system.sim.write(customer, words)
    await system.settle()
    async with system.parts.database.transaction() as tx:
        await tx.run(WAITED)


async def all_kinds(system: System, maria: Person) -> tuple[str, Customer]:
    """Maria's conversation with João, in which everything has been said. Its id."""
    joao = system.sim.customer("João Batista", phone="5511999999999")
    await system.sim.write(joao, "Quero falar com um atendente")
    while not (found := await maria.conversations(status="in_progress")):  # noqa: ASYNC110 - it asks over HTTP
        await asyncio.sleep(0.02)
    path = f"/conversations/{found[0]['id']}"
    await system.settle()
    for body in KINDS:
        await system.sim.write(joao, body)
    await maria.post(f"{path}/notes", {"content": "Já trocou o modem em outubro."})
    await maria.post(f"{path}/messages", {"content": "Oi, João! Já estou vendo o seu sinal."})
    question = {"type": "interactive", "content": "A internet voltou?", "interactive": BUTTONS}
    await maria.post(f"{path}/messages", question)
    asked = await system.sim.wait_for_send(lambda send: send.payload["type"] == "interactive")
    await system.settle()
    await system.sim.tap(joao, asked.wamid, "n")
    await system.settle()
    return found[0]["id"], joao
