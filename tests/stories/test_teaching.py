"""Teaching the bot by HTTP: examples, trainings, trying, and what it was unsure of."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text as sql
from tests.stories.harness import Json, Person, System, running_system

from plantao.chatbot import training, trainings
from plantao.chatbot.engine import Intent
from plantao.chatbot.manner import OFF_MESSAGE
from plantao.identity.models import Role
from plantao_simulator.state import Send

DIALECT = "a trosoba da parede ficou encarnada"
SENTENCES = [DIALECT, "trosoba encarnada de novo", "minha trosoba tá encarnada", "a trosoba encarnou"]


async def lead_of(system: System) -> Person:
    return await system.person(Role.SUPERVISOR, "Ana Lima")


async def teach(lead: Person, *sentences: str, intent: str = "sem_conexao") -> list[Json]:
    answers = [await lead.post("/chatbot/examples", {"intent": intent, "text": text}) for text in sentences]
    assert [answer.status_code for answer in answers] == [201] * len(sentences), answers[-1].text
    return [answer.json() for answer in answers]


async def train(lead: Person, *, force: bool = False) -> Json:
    answer = await lead.post("/chatbot/train", {"force": force})
    assert answer.status_code == 200, answer.text
    made: Json = answer.json()
    return made


async def intents(lead: Person) -> Json:
    answer = await lead.get("/chatbot/intents")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def row_of(lead: Person, intent: str) -> Json:
    return next(row for row in (await intents(lead))["intents"] if row["intent"] == intent)


async def tried(lead: Person, text: str) -> Json:
    answer = await lead.post("/chatbot/test", {"text": text})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def taken_up(lead: Person, version: int) -> None:
    async with asyncio.timeout(60):
        while (await intents(lead))["version_in_use"] != version:  # noqa: ASYNC110 - it asks over HTTP
            await asyncio.sleep(0.05)


async def test_what_is_taught_is_understood_after_a_training_here_and_elsewhere_and_after_a_restart(
    system: System, database_url: str
) -> None:
    lead = await lead_of(system)
    before = await tried(lead, DIALECT)
    assert before["intent"] != "sem_conexao" or before["confidence"] < 0.5
    await teach(lead, *SENTENCES)
    assert (await intents(lead))["up_to_date"] is False
    assert (await tried(lead, DIALECT)) == before  # not before it is trained
    async with running_system(database_url) as other:
        made = await train(lead)
        assert (made["version"], made["applied"], made["own_examples"]) == (1, True, len(SENTENCES))
        assert made["own_understood_before"] < made["own_understood"] == len(SENTENCES)
        for system_ in (system, other):  # without a Redis between them: the other looks by itself
            person = Person(lead.id, system_.client, lead.token, lead.url)
            await taken_up(person, 1)
            after = await tried(person, DIALECT)
            assert (after["intent"], after["nearest"][0]["source"]) == ("sem_conexao", "own")
            assert after["confidence"] > 0.5
    found = await intents(lead)
    assert (found["up_to_date"], found["training"]["version"]) == (True, 1)
    async with running_system(database_url) as restarted:
        person = Person(lead.id, restarted.client, lead.token, lead.url)
        await taken_up(person, 1)
        assert (await tried(person, DIALECT))["intent"] == "sem_conexao"


async def test_the_overview_counts_and_names_everything(system: System) -> None:
    lead = await lead_of(system)
    [example] = await teach(lead, DIALECT)
    found = await intents(lead)
    assert [row["intent"] for row in found["intents"]] == list(Intent)
    assert all(row["f1"] > 0.7 and row["shipped_examples"] > 60 and row["description"] for row in found["intents"])
    assert found["training"] is None
    row = await row_of(lead, "sem_conexao")
    assert (row["own_examples"], row["examples"]) == (1, [example])
    assert example["created_by"] == lead.id


async def test_one_sentence_means_one_thing(system: System) -> None:
    lead = await lead_of(system)
    await teach(lead, DIALECT)
    for text, intent in ((DIALECT.upper() + "!", "sem_conexao"), ("Boa   noite", "saudacao")):
        answer = await lead.post("/chatbot/examples", {"intent": "comercial", "text": text})
        assert (answer.status_code, answer.json()["field"]) == (409, "text")
        assert intent in answer.json()["detail"]


async def test_a_shipped_example_can_be_switched_off_and_said_otherwise(system: System) -> None:
    lead = await lead_of(system)
    switched = await lead.patch("/chatbot/shipped-examples", {"text": "Boa noite", "disabled": True})
    assert switched.json() == {"text": "boa noite", "disabled": True}
    assert (await row_of(lead, "saudacao"))["disabled_examples"] == 1
    [own] = await teach(lead, "boa noite", intent="agradecimento")
    back = await lead.patch("/chatbot/shipped-examples", {"text": "boa noite", "disabled": False})
    assert (back.status_code, back.json()["field"]) == (409, "text")
    await lead.delete(f"/chatbot/examples/{own['id']}")
    back = await lead.patch("/chatbot/shipped-examples", {"text": "boa noite", "disabled": False})
    assert back.status_code == 200
    assert (await intents(lead))["up_to_date"] is True
    unknown = await lead.patch("/chatbot/shipped-examples", {"text": DIALECT, "disabled": True})
    assert unknown.status_code == 404


async def test_an_intent_keeps_enough_examples(system: System) -> None:
    lead = await lead_of(system)
    page = (await lead.get("/chatbot/examples", source="shipped", intent="agradecimento", limit=200)).json()
    shipped = system.parts.mind.shipped
    kept = [key for key, (intent, _) in shipped.items() if intent is Intent.THANKS][:5]
    async with system.parts.database.transaction() as tx:
        insert = sql("INSERT INTO bot_disabled_examples SELECT k, now(), 1 FROM unnest(CAST(:keys AS text[])) k")
        keys = [key for key, (intent, _) in shipped.items() if intent is Intent.THANKS and key not in kept]
        await tx.run(insert, {"keys": keys})
    answer = await lead.patch("/chatbot/shipped-examples", {"text": page["examples"][0]["text"], "disabled": True})
    assert answer.status_code == 409


async def test_examples_are_found_by_page_intent_and_words(system: System) -> None:
    lead = await lead_of(system)
    await teach(lead, *SENTENCES)
    await teach(lead, "quero a promo da trosoba 100%", intent="comercial")
    page = (await lead.get("/chatbot/examples", limit=2, page=2)).json()
    assert (page["total"], page["pages"], [one["text"] for one in page["examples"]]) == (5, 3, SENTENCES[2:0:-1])
    found = (await lead.get("/chatbot/examples", search="Encarnáda", intent="sem_conexao")).json()
    assert found["total"] == 3
    assert (await lead.get("/chatbot/examples", search="%")).json()["total"] == 5  # no wildcard, and no letter
    shipped = (await lead.get("/chatbot/examples", source="shipped", search="boa noite", intent="saudacao")).json()
    assert shipped["examples"][0]["text"] == "boa noite"
    assert shipped["examples"][0]["id"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"intent": "sem_conexao", "text": "ab"}, "text"),
        ({"intent": "sem_conexao", "text": "  a \n b  "[:6]}, "text"),
        ({"intent": "sem_conexao", "text": "a" * 301}, "text"),
        ({"intent": "sem_conexao", "text": "ab\x00cd"}, "text"),
        ({"intent": "outra", "text": "abc"}, "intent"),
    ],
)
async def test_what_cannot_be_an_example_is_refused(system: System, body: Json, field: str) -> None:
    answer = await (await lead_of(system)).post("/chatbot/examples", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_no_more_than_so_many(system: System) -> None:
    lead = await lead_of(system)
    async with system.parts.database.transaction() as tx:
        fill = "INSERT INTO bot_examples (intent, text, key, created_at, created_by) SELECT 'comercial', 'x' || n, 'x' || n, now(), 1 FROM generate_series(1, 4999) n"  # noqa: E501
        await tx.run(sql(fill))
    answers = await asyncio.gather(
        *(lead.post("/chatbot/examples", {"intent": "comercial", "text": f"frase {n}"}) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_of_many_who_teach_the_same_at_once_one_does(system: System) -> None:
    lead = await lead_of(system)
    answers = await asyncio.gather(
        *(lead.post("/chatbot/examples", {"intent": str(intent), "text": DIALECT}) for intent in Intent)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (len(Intent) - 1)


async def test_one_training_at_a_time(system: System) -> None:
    lead = await lead_of(system)
    async with system.parts.database.transaction() as tx:
        assert await trainings.try_lock(tx)
        assert (await lead.post("/chatbot/train", {})).status_code == 409
    assert (await train(lead))["version"] == 1


async def test_what_understands_less_is_in_force_only_when_one_insists(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = await lead_of(system)
    shipped = (await lead.get("/chatbot/examples", source="shipped", intent="agradecimento", limit=200)).json()
    assert shipped["total"] > 200
    async with system.parts.database.transaction() as tx:
        off = [key for key, (intent, _) in system.parts.mind.shipped.items() if intent is Intent.BILLING][5:]
        insert = sql("INSERT INTO bot_disabled_examples SELECT k, now(), 1 FROM unnest(CAST(:keys AS text[])) k")
        await tx.run(insert, {"keys": off})
    made = await train(lead)
    assert made["applied"] is False
    assert made["macro_f1"] < made["macro_f1_before"] - training.TOLERANCE
    assert (await intents(lead))["training"] is None
    forced = await train(lead, force=True)
    assert (forced["version"], forced["applied"], forced["macro_f1"]) == (2, True, made["macro_f1"])
    await taken_up(lead, 2)
    assert (await row_of(lead, "financeiro"))["f1"] < 0.9


async def test_trying_says_why_and_changes_nothing(system: System) -> None:
    lead = await lead_of(system)
    sure = await tried(lead, "quero a segunda via do boleto")
    assert (sure["intent"], sure["basis"], sure["would_transfer"]) == ("financeiro", "examples", False)
    assert len(sure["ranking"]) == len(sure["nearest"]) == 5
    assert sure["ranking"][0] == {"intent": "financeiro", "confidence": sure["confidence"]}
    assert sure["nearest"][0]["intent"] == "financeiro"
    hard = await tried(lead, "vou no procon")
    assert (hard["intent"], hard["basis"], hard["would_transfer"]) == ("reclamacao", "hard_words", True)
    strange = await tried(lead, "qwpoei zxmn")
    assert (strange["intent"], strange["basis"]) == ("fora_de_escopo", "nothing_known")
    async with system.parts.database.transaction() as tx:
        assert await tx.rows(sql("SELECT 1 FROM bot_answers")) == []


def later(seen: int, send: Send) -> bool:
    return send.seq > seen


async def write(system: System, text: str, phone: str = "5511999999999") -> None:
    before = len(system.sim.sends)
    await system.sim.write(system.sim.customer("João", phone=phone), {"type": "text", "text": text})
    await system.sim.wait_for_send(partial(later, before))


async def unsure(lead: Person) -> list[Json]:
    answer = await lead.get("/chatbot/unsure")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["sentences"]
    return found


async def test_what_it_was_unsure_of_waits_to_be_taught(system: System) -> None:
    lead = await lead_of(system)
    await write(system, "quero a segunda via do boleto")
    assert await unsure(lead) == []
    await write(system, "bruzunga kzwqy xptozw 111.222.333-44", "5511988887777")
    [found] = await unsure(lead)
    assert found["text"] == "bruzunga kzwqy xptozw 000.000.000-00"
    assert found["confidence"] < 0.5
    assert (await lead.get(f"/conversations/{found['conversation_id']}")).status_code == 200
    await teach(lead, found["text"])
    assert await unsure(lead) == []


async def test_the_settings_are_used_at_once_and_by_everybody(system: System, database_url: str) -> None:
    lead = await lead_of(system)
    settings: Json = (await lead.get("/chatbot/settings")).json()
    assert (settings["version"], settings["enabled"], settings["confidence_threshold"]) == (0, True, 0.5)
    assert settings["debounce_seconds"] == 0.05
    assert settings["off_message"] == settings["default_off_message"] == OFF_MESSAGE
    own = {"saudacao": "Oi, {nome}! Aqui é a {provedor}, protocolo {protocolo}."}
    answer = await save(lead, settings, answers=own, provider_name="Horizonte")
    assert (answer["version"], answer["saved_by"], answer["answers"]) == (1, lead.id, own)
    async with running_system(database_url) as other:
        for one in (system, other):
            await uses(one, 1)
            assert one.parts.mind.manner.provider_name == "Horizonte"
    await write(system, "oi")
    [conversation] = await lead.conversations()
    said = system.sim.sends[-1].payload["text"]["body"]
    assert said == f"Oi, João! Aqui é a Horizonte, protocolo {conversation['protocol']}."


async def save(lead: Person, settings: Json, **changes: Any) -> Json:
    read_only = ("saved_at", "saved_by", "default_answers", "default_off_message")
    body = {name: value for name, value in settings.items() if name not in read_only}
    answer = await lead.put("/chatbot/settings", body | changes)
    assert answer.status_code == 200, answer.text
    saved: Json = answer.json()
    return saved


async def uses(system: System, version: int) -> None:
    async with asyncio.timeout(20):
        while system.parts.mind.manner_version != version:  # noqa: ASYNC110 - what is awaited is another loop's look
            await asyncio.sleep(0.02)


async def test_links_follow_the_answers_that_they_help_with(system: System) -> None:
    lead = await lead_of(system)
    settings = (await lead.get("/chatbot/settings")).json()
    await save(lead, settings, invoice_url="https://horizonte.example/2via")
    await uses(system, 1)
    answer = (await tried(lead, "quero a segunda via do boleto"))["answer"]
    assert answer.endswith("\n\nSegunda via da fatura: https://horizonte.example/2via")
    assert "https" not in (await tried(lead, "oi"))["answer"]


async def test_a_bot_that_is_off_puts_everybody_into_the_queue_and_says_so_once(system: System) -> None:
    lead = await lead_of(system)
    settings = (await lead.get("/chatbot/settings")).json()
    await save(lead, settings, enabled=False, debounce_seconds=0)
    await uses(system, 1)
    await write(system, "quero a segunda via do boleto")
    [conversation] = await lead.conversations(status="queue")
    said = [send.payload["text"]["body"] for send in system.sim.sends]
    assert said == [
        (
            "Recebemos a sua mensagem, João. Você está na fila de atendimento: uma pessoa vai responder por aqui. "
            f"Seu protocolo é {conversation['protocol']}."
        )
    ]
    async with system.parts.database.transaction() as tx:
        assert await tx.rows(sql("SELECT 1 FROM bot_answers")) == []  # no report tells of what nobody understood


async def test_a_wary_bot_asks_back(system: System) -> None:
    lead = await lead_of(system)
    settings = (await lead.get("/chatbot/settings")).json()
    text = "caiu a velocidade"
    usual = await tried(lead, text)
    assert 0.5 < usual["confidence"] < 0.9
    await save(lead, settings, confidence_threshold=0.9)
    await uses(system, 1)
    wary = await tried(lead, text)
    assert wary["confidence"] == usual["confidence"]
    assert wary["answer"] in [text.replace(" {nome}", "") for text in settings["default_answers"]["fora_de_escopo"]]


async def test_of_two_who_save_the_second_hears_of_the_first(system: System) -> None:
    lead = await lead_of(system)
    settings = (await lead.get("/chatbot/settings")).json()
    await save(lead, settings, provider_name="Primeira")
    read_only = ("saved_at", "saved_by", "default_answers", "default_off_message")
    body = {name: value for name, value in settings.items() if name not in read_only}
    answer = await lead.put("/chatbot/settings", body | {"provider_name": "Segunda"})
    assert (answer.status_code, answer.json()["field"]) == (409, "version")
    assert (await lead.get("/chatbot/settings")).json()["provider_name"] == "Primeira"
    ahead = await lead.put("/chatbot/settings", body | {"version": 7})
    assert ahead.status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"invoice_url": "http://horizonte.example"}, "invoice_url"),
        ({"invoice_url": "javascript:alert(1)"}, "invoice_url"),
        ({"status_url": "https://" + "x" * 500}, "status_url"),
        ({"confidence_threshold": 0.1}, "confidence_threshold"),
        ({"debounce_seconds": 31}, "debounce_seconds"),
        ({"off_message": "  "}, "off_message"),
        ({"provider_name": "x" * 81}, "provider_name"),
        ({"version": -1}, "version"),
        ({"enabled": "sim"}, "enabled"),
    ],
)
async def test_settings_that_cannot_be_are_refused(system: System, change: Json, field: str) -> None:
    lead = await lead_of(system)
    settings = (await lead.get("/chatbot/settings")).json()
    read_only = ("saved_at", "saved_by", "default_answers", "default_off_message")
    body = {name: value for name, value in settings.items() if name not in read_only}
    answer = await lead.put("/chatbot/settings", body | change)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
