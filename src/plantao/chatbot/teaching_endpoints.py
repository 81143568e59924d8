"""`/chatbot/intents`, `/chatbot/examples`, `/chatbot/train`: teaching the bot the customers' words."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from plantao.chatbot import overview, teaching
from plantao.chatbot.engine import Intent
from plantao.chatbot.knowledge import Mind
from plantao.chatbot.overview import own_out, training_out
from plantao.chatbot.teaching_schemas import (
    ExampleInput,
    ExamplesOut,
    OwnExampleOut,
    RankedIntent,
    SentenceTestInput,
    SentenceTestOut,
    ShippedExampleInput,
    Source,
    TeachableIntentsOut,
    TrainingOut,
    TrainInput,
    UnsureListOut,
    UnsureOut,
)
from plantao.chatbot.training import School
from plantao.chatbot.trying import tried
from plantao.chatbot.unsure import Unsure, unsure
from plantao.conversations.schemas import Text
from plantao.identity.access import require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InDatabase, InReading, InTransaction

router = APIRouter(prefix="/chatbot", tags=["chatbot"])

Leads = [Depends(require(Permission.MANAGE_BOT))]
Lead = Annotated[Actor, Depends(require(Permission.MANAGE_BOT))]
ExampleId = Annotated[int, Path(ge=1, le=2**53)]
Page = Annotated[int, Query(ge=1, le=10_000)]
PageSize = Annotated[int, Query(ge=1, le=200)]
Search = Annotated[Text | None, Query(max_length=100)]


async def _mind(request: Request) -> Mind:
    mind: Mind = request.app.state.mind
    await asyncio.to_thread(lambda: mind.shipped)  # at once, but for the first who asks
    return mind


InMind = Annotated[Mind, Depends(_mind)]


@router.get("/intents", dependencies=Leads, responses=errors(403))
async def list_intents(tx: InReading, mind: InMind) -> TeachableIntentsOut:
    """As doze intenções, quantos exemplos têm e quão bem o robô as entende."""
    return await overview.intents(tx, mind)


@router.get("/examples", dependencies=Leads, responses=errors(403))
async def list_examples(
    tx: InReading,
    mind: InMind,
    source: Source = Source.OWN,
    intent: Intent | None = None,
    search: Search = None,
    page: Page = 1,
    limit: PageSize = 50,
) -> ExamplesOut:
    """Exemplos próprios, os mais novos primeiro, ou os de fábrica."""
    return await overview.examples_page(tx, mind, source, intent, search, page, limit)


@router.post("/examples", status_code=201, responses=errors(403, 409))
async def add_example(
    body: ExampleInput, request: Request, actor: Lead, tx: InTransaction, mind: InMind
) -> OwnExampleOut:
    """Ensinar uma frase.

    O robô a aprende no próximo treino. Uma frase tem uma só intenção: se já existir, 409 diz em qual.
    """
    now = request.app.state.clock.now()
    return own_out(await teaching.add(tx, mind, body.intent, body.text, actor.user_id, now))


@router.delete("/examples/{example_id}", responses=errors(403, 404))
async def remove_example(example_id: ExampleId, actor: Lead, tx: InTransaction) -> OwnExampleOut:
    """Apagar uma frase ensinada; devolve a que havia."""
    return own_out(await teaching.remove(tx, example_id, actor.user_id))


@router.patch("/shipped-examples", responses=errors(403, 404, 409))
async def switch_shipped_example(
    body: ShippedExampleInput, request: Request, actor: Lead, tx: InTransaction, mind: InMind
) -> ShippedExampleInput:
    """Desligar ou religar um exemplo de fábrica, dito pelo seu texto."""
    now = request.app.state.clock.now()
    found = await teaching.switch_shipped(tx, mind, body.text, actor.user_id, now, disabled=body.disabled)
    return ShippedExampleInput(text=found[1], disabled=body.disabled)


@router.post("/test", dependencies=Leads, responses=errors(403))
async def test_sentence(body: SentenceTestInput, mind: InMind) -> SentenceTestOut:
    """O que o robô entenderia de uma frase, e por quê.

    Nada muda. É o motor offline que responde, mesmo com o Gemini ligado.
    """
    return await tried(mind, body.text)


@router.post("/train", responses=errors(403, 409))
async def train_bot(body: TrainInput, request: Request, actor: Lead) -> TrainingOut:
    """Aprender tudo o que foi ensinado.

    Leva segundos, e há um treino por vez. O que entende menos que antes só entra em uso com `force`; `applied` diz se
    entrou.
    """
    school: School = request.app.state.school
    return training_out(await school.train(actor.user_id, force=body.force))


@router.get("/unsure", dependencies=Leads, responses=errors(403))
async def list_unsure_sentences(db: InDatabase, mind: InMind) -> UnsureListOut:
    """As frases mais recentes de clientes que o robô não entendeu, e ainda não entende."""
    return UnsureListOut(sentences=[_unsure_out(one) for one in await unsure(db, mind)])


def _unsure_out(one: Unsure) -> UnsureOut:
    return UnsureOut(
        conversation_id=one.turn.conversation_id,
        text=one.text,
        at=one.turn.at.replace(microsecond=0),
        confidence=round(one.turn.confidence, 3),
        guess=RankedIntent(intent=one.guess, confidence=round(one.likelihood, 3)),
    )
