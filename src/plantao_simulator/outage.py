"""A network outage: many customers write within seconds, as they do."""

from __future__ import annotations

import asyncio
import itertools
import secrets

from plantao_simulator.simulator import Simulator
from plantao_simulator.state import Customer

_NAMES = (
    "Ana", "Bruno", "Carla", "Diego", "Elisa", "Fábio", "Gabriela", "Heitor", "Ivone", "João", "Kelly", "Luís",
    "Márcia", "Nélson", "Olívia", "Paulo", "Queila", "Rafael", "Sônia", "Tiago", "Úrsula", "Vitor", "Yara", "Zeca",
)  # fmt: skip
_SURNAMES = ("Almeida", "Barros", "Conceição", "Dias", "Esteves", "Figueiró", "Gonçalves", "Lima", "Moraes", "Souza")
_TEXTS = (
    "Minha internet caiu 😡",
    "oi, tô sem internet aqui",
    "Caiu tudo, luz vermelha piscando no modem",
    "Boa noite, a internet parou de funcionar",
    "Alguém aí? Estou sem sinal desde agora há pouco",
    "LOS vermelho no aparelho, já reiniciei e nada",
    "Trabalho em home office e preciso da internet URGENTE",
    "Internet fora do ar no bairro todo?",
    "Já desliguei e liguei o roteador, continua sem conexão",
    "vcs tão com problema? aqui caiu",
    "Sem internet e a TV também não abre",
    "Previsão de volta?? Tenho prova online hoje 😭",
)
_AREA_CODES = ("11", "21", "31", "41", "51", "62", "71", "85")


def _somebody(sim: Simulator) -> Customer:
    """A new customer with a name and a number nobody has yet."""
    name = f"{secrets.choice(_NAMES)} {secrets.choice(_SURNAMES)}"
    for _ in itertools.repeat(None, 100):
        phone = f"+55{secrets.choice(_AREA_CODES)}9{secrets.randbelow(30_000_000) + 65_000_000}"
        if sim.world.by_number(phone[1:]) is None:
            return sim.customer(name, phone=phone)
    return sim.customer(name)


async def outage(sim: Simulator, customers: int, seconds: float) -> list[Customer]:
    """`customers` people write one text each, evenly over `seconds`. Known ones without a chat write first."""
    quiet = [c for c in sim.world.customers.values() if not sim.chat(c)][:customers]
    texts = itertools.cycle(secrets.SystemRandom().sample(_TEXTS, len(_TEXTS)))
    people = []
    for index in range(customers):
        customer = quiet[index] if index < len(quiet) else _somebody(sim)
        await sim.write(customer, next(texts))
        people.append(customer)
        await asyncio.sleep(seconds / customers)
    return people
