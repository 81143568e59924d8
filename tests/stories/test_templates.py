"""Templates: the only way to a customer who has not written for a day."""

import pytest
from tests.stories.harness import Json, System

from plantao.identity.models import Role

WELCOME: Json = {
    "template_name": "boas_vindas",
    "language": "pt_BR",
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "João"}]}],
}


async def test_a_template_goes_to_somebody_who_never_wrote(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    answer = await lead.post("/whatsapp/send-template", {"to": "+5511999999999"} | WELCOME)
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert set(body) == {"message_id", "conversation_id", "status"}
    send = await system.sim.wait_for_send()
    assert send.payload["template"] == {
        "name": "boas_vindas",
        "language": {"code": "pt_BR"},
        "components": WELCOME["components"],
    }
    [message] = await lead.messages(body["conversation_id"])
    assert (message["type"], message["content"]) == ("template", "[template boas_vindas] João")
    assert (message["id"], message["sent_by"], message["sent_by_id"]) == (body["message_id"], "api", lead.id)


async def test_text_and_files_outside_the_window_are_refused_and_a_template_in_the_conversation_is_not(
    system: System,
) -> None:
    lead = await system.person(Role.SUPERVISOR)
    made = await lead.post("/whatsapp/send-template", {"to": "5511999999999"} | WELCOME)
    conversation_id = made.json()["conversation_id"]
    path = f"/conversations/{conversation_id}/messages"
    link: Json = {"type": "image", "content": "https://exemplo.com.br/a.jpg"}
    for body in ({"content": "oi"}, link):
        answer = await lead.post(path, body)
        assert (answer.status_code, answer.json()["error_code"]) == (409, "OUTSIDE_SERVICE_WINDOW")
    refused = await lead.post("/whatsapp/send", {"to": "+5511999999999"} | link)
    assert (refused.status_code, refused.json()["error_code"]) == (409, "OUTSIDE_SERVICE_WINDOW")
    answer = await lead.post(path, {"type": "template"} | WELCOME)
    assert (answer.status_code, answer.json()["type"]) == (201, "template")
    await system.settle()
    assert len(system.sim.sends) == 2


async def test_files_and_templates_go_over_the_socket_too(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    customer = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": "oi"})
    await system.sim.wait_for_send()
    [conversation] = await lead.conversations()
    async with lead.socket() as socket:
        fields = {"conversation_id": conversation["id"], "client_id": "t1", "message_type": "template"}
        await socket.say("send_message", content="", **fields, **WELCOME)
        assert (await socket.expect("message_ack"))["message"]["content"] == "[template boas_vindas] João"
        fields |= {"client_id": "i1", "message_type": "image"}
        await socket.say("send_message", content="https://exemplo.com.br/a.jpg", caption="veja", **fields)
        assert (await socket.expect("message_ack"))["message"]["caption"] == "veja"
        fields |= {"client_id": "i2"}
        await socket.say("send_message", content="iVBORw0KGgo=", **fields)
        refused = await socket.expect("error")
        assert (refused["ref"], refused["error_code"]) == ("i2", "VALIDATION_ERROR")
    await system.sim.wait_for_send(lambda send: send.payload["type"] == "image")


DEEP: Json = {"type": "body"}
for _ in range(20):
    DEEP = {"type": "body", "parameters": [DEEP]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "999"}, "to"),
        ({"to": "telefone"}, "to"),
        ({"template_name": ""}, "template_name"),
        ({"template_name": "Boas Vindas"}, "template_name"),
        ({"language": "português"}, "language"),
        ({"components": [{"parameters": []}]}, "components"),
        ({"components": [{"type": "rodapé"}]}, "components"),
        ({"components": [{"type": "body", "parameters": [{"type": "text", "text": "a\0b"}]}]}, "components"),
        ({"components": [{"type": "body"}] * 21}, "components"),
        ({"components": [DEEP]}, "components"),
        ({"components": "body"}, "components"),
        ({"content": "oi"}, "content"),
    ],
)
async def test_what_is_wrong_is_named(system: System, change: Json, field: str) -> None:
    agent = await system.person(Role.ATTENDANT)
    answer = await agent.post("/whatsapp/send-template", {"to": "+5511999999999"} | WELCOME | change)
    assert (answer.status_code, answer.json()["error_code"], answer.json()["field"]) == (400, "VALIDATION_ERROR", field)


async def test_a_number_that_is_none_of_json_is_no_template(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    body = b'{"to": "+5511999999999", "template_name": "a", "components": [{"type": "body", "parameters": [NaN]}]}'
    headers = agent.headers | {"Content-Type": "application/json"}
    answer = await system.client.post("/api/v1/whatsapp/send-template", content=body, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (400, "components")


async def test_whoever_serves_nobody_sends_no_template(system: System) -> None:
    stranger = await system.person(Role.USER, "Zeca")
    answer = await stranger.post("/whatsapp/send-template", {"to": "+5511999999999"} | WELCOME)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "FORBIDDEN")


async def test_parameters_that_are_no_lists_do_no_harm(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    body: Json = {"to": "+5511999999999", "template_name": "aviso", "components": [{"type": "body", "parameters": 5}]}
    answer = await agent.post("/whatsapp/send-template", body)
    assert answer.status_code == 202
