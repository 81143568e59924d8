"""What else customers do: edit, take back, change their number, order, fill in forms, come from advertisements."""

from __future__ import annotations

import json

import pytest
from tests.simulator.conftest import PHONE_ID, Bench, Json, Start, text_to

from plantao_simulator import Status
from plantao_simulator.inbound import Writing

ANA = "+5511999999999"

FORM = {"response_json": '{"cpf": "1", "flow_token": "t"}', "body": "Sent", "name": "flow"}
REFUSAL = {"response": "reject", "is_permanent": False, "response_source": "user_action"}
SHAPES: dict[str, tuple[Writing, Json]] = {
    "flow": (
        {"type": "flow_reply", "answers": {"cpf": "1"}, "flow_token": "t"},
        {"type": "nfm_reply", "nfm_reply": FORM},
    ),
    "call": (
        {"type": "call_permission_reply", "response": "reject"},
        {"type": "call_permission_reply", "call_permission_reply": REFUSAL},
    ),
}


@pytest.mark.parametrize(("writing", "interactive"), SHAPES.values(), ids=SHAPES)
async def test_interactive_answers(bench: Bench, writing: Writing, interactive: Json) -> None:
    await bench.sim.write(bench.sim.customer("Ana", phone=ANA), writing)
    [message] = await bench.receiver.messages(1)
    assert (message["type"], message["interactive"]) == ("interactive", interactive)


async def test_an_edit_changes_the_bubble_within_a_quarter_of_an_hour(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=ANA)
    first = await bench.sim.write(ana, "sem internte")
    edit = {"type": "edit", "message_id": first.id, "text": "sem internet"}
    sent = await bench.sim.write(ana, edit)
    await bench.sim.wait_for_status(sent.id, Status.DELIVERED)
    message = bench.receiver.items("messages")[-1]
    assert message["edit"]["original_message_id"] == first.id
    assert message["edit"]["message"]["text"] == {"body": "sem internet"}
    assert [m.content["text"]["body"] for m in bench.sim.chat(ana)] == ["sem internet"]
    bench.sim.advance_clock(15 * 60 + 1)
    with pytest.raises(ValueError, match="too late"):
        await bench.sim.write(ana, edit)


async def test_a_message_is_taken_back_within_two_days_by_who_wrote_it(bench: Bench) -> None:
    ana, rui = bench.sim.customer("Ana", phone=ANA), bench.sim.customer("Rui")
    first = await bench.sim.write(ana, "ops")
    with pytest.raises(ValueError, match="no such message"):
        await bench.sim.write(rui, {"type": "revoke", "message_id": first.id})
    await bench.sim.write(ana, {"type": "revoke", "message_id": "last"})
    assert bench.sim.chat(ana)[0].deleted_at is not None
    bench.sim.advance_clock(2 * 24 * 3600 + 1)
    with pytest.raises(ValueError, match="too late"):
        await bench.sim.write(ana, {"type": "revoke", "message_id": first.id})


async def test_a_new_number_is_told_without_contacts_and_used_from_then_on(bench: Bench) -> None:
    rui = bench.sim.customer("Rui", phone="+5531988887777")
    await bench.sim.write(rui, {"type": "number_changed", "phone": "+5541987651234"})
    [message] = await bench.receiver.messages(1)
    assert (message["from"], message["system"]["wa_id"]) == ("553188887777", "554187651234")
    assert "contacts" not in bench.receiver.values[0]
    await bench.sim.write(rui, "oi")
    assert (await bench.receiver.messages(2))[1]["from"] == "554187651234"
    assert (await bench.graph(text_to("+5541987651234"))).status_code == 200
    assert (await bench.graph(text_to("+5531988887777"))).json()["error"]["code"] == 131047


async def test_nobody_takes_a_number_that_is_anothers(bench: Bench) -> None:
    bench.sim.customer("Ana", phone=ANA)
    with pytest.raises(ValueError, match="another customer"):
        await bench.sim.write(bench.sim.customer("Rui"), {"type": "number_changed", "phone": ANA})


async def test_a_new_bsuid_names_the_old_one(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=ANA, user_id="BR.1")
    await bench.sim.write(ana, {"type": "user_id_changed", "user_id": "BR.2"})
    [message] = await bench.receiver.messages(1)
    assert (message["from_user_id"], message["system"]["previous_user_id"]) == ("BR.1", "BR.1")
    assert (message["system"]["user_id"], ana.user_id) == ("BR.2", "BR.2")
    answer = await bench.graph({"messaging_product": "whatsapp", "recipient": "BR.2", "text": {"body": "oi"}})
    assert answer.json()["contacts"] == [{"input": "BR.2", "user_id": "BR.2"}]


async def test_around_any_message(bench: Bench) -> None:
    product = {"catalog_id": "1", "product_retailer_id": "plano-500"}
    writing = {"type": "image", "forwarded": "many", "referral": True, "referred_product": product, "group_id": "g1"}
    await bench.sim.write(bench.sim.customer("Ana", phone=ANA), writing)
    [message] = await bench.receiver.messages(1)
    assert message["context"] == {"frequently_forwarded": True, "referred_product": product}
    assert (message["referral"]["source_type"], message["group_id"]) == ("ad", "g1")
    assert (await bench.graph(text_to(ANA))).json()["error"]["code"] == 131047  # a group opens no window


async def test_a_shared_phone_comes_as_a_card(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=None, username="ana")
    await bench.sim.write(ana, {"type": "shared_phone", "phone": "+55 21 97777-6666", "name": "Ana"})
    [message] = await bench.receiver.messages(1)
    assert message["origin"] == "contact_request"
    assert "TEL;waid=5521977776666:+55 21 97777-6666" in message["contacts"][0]["vcard"]


async def test_an_answer_to_an_advertisement_is_free_for_three_days(start: Start) -> None:
    now = [1_795_428_000.0]
    bench = await start(lambda: now[0], free_service_messages=0, window_seconds=1e9)
    ana = bench.sim.customer("Ana", phone=ANA)
    await bench.sim.write(ana, {"type": "text", "text": "quero o plano", "referral": True})
    await bench.graph(text_to(ANA))
    first = next(s for s in await bench.receiver.statuses(2) if s["status"] == "sent")
    assert first["pricing"]["type"] == "free_entry_point"
    assert first["conversation"]["origin"] == {"type": "referral_conversion"}
    assert int(first["conversation"]["expiration_timestamp"]) == now[0] + 72 * 3600
    now[0] += 72 * 3600
    await bench.graph(text_to(ANA))
    later = [s for s in await bench.receiver.statuses(4) if s["id"] != first["id"]]
    assert [s["pricing"]["type"] for s in later] == ["regular", "regular"]


async def test_a_voice_message_is_played(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=ANA)
    await bench.sim.write(ana, "oi")
    audio = {
        "messaging_product": "whatsapp",
        "to": ANA,
        "type": "audio",
        "audio": {"link": "https://example.com/a.ogg"},
    }
    await bench.graph(audio)
    wamid = bench.sim.sends[0].wamid
    await bench.sim.wait_for_status(wamid, Status.DELIVERED)
    assert (await bench.control("POST", f"/customers/{ana.id}/play", {"message_id": wamid})).status_code == 200
    assert (await bench.receiver.statuses(3))[-1]["status"] == "played"
    assert (await bench.control("POST", f"/customers/{ana.id}/play", {"message_id": "x"})).status_code == 400


async def test_a_link_meta_can_not_fetch_fails_later(bench: Bench) -> None:
    await bench.sim.write(bench.sim.customer("Ana", phone=ANA), "oi")
    link = {"link": "https://files.invalid/a.jpg"}
    answer = await bench.graph({"messaging_product": "whatsapp", "to": ANA, "type": "image", "image": link})
    assert answer.status_code == 200
    assert (await bench.receiver.statuses(1))[0]["errors"][0]["code"] == 131053


async def test_an_answer_from_the_shops_phone_is_echoed(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=ANA)
    answer = await bench.control("POST", f"/customers/{ana.id}/echoes", {"type": "text", "text": "já vamos"})
    assert answer.status_code == 201
    await bench.receiver.until(lambda: bool(bench.receiver.raw))
    [change] = bench.receiver.bodies[0]["entry"][0]["changes"]
    [echo] = change["value"]["message_echoes"]
    assert change["field"] == "smb_message_echoes"
    assert (echo["from"], echo["to"], echo["text"]) == ("551133334444", "5511999999999", {"body": "já vamos"})
    assert change["value"]["metadata"]["phone_number_id"] == PHONE_ID
    edit = {"type": "edit", "message_id": echo["id"], "text": "já vamos aí"}
    assert (await bench.control("POST", f"/customers/{ana.id}/echoes", edit)).status_code == 201
    assert [(m.author, m.content["text"]["body"]) for m in bench.sim.chat(ana)] == [("business", "já vamos aí")]


async def test_the_page_hears_of_the_bubble_and_not_of_the_edit(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=ANA)
    first = await bench.sim.write(ana, "oi")
    seen = []
    async with bench.client.stream("GET", "/_sim/events") as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        await bench.sim.write(ana, {"type": "edit", "message_id": first.id, "text": "olá"})
        async for line in lines:
            if line.startswith("data: ") and '"edited_at": null' not in line and '"edited_at"' in line:
                seen.append(json.loads(line.removeprefix("data: ")))
                break
    assert (seen[0]["id"], seen[0]["content"]["text"]["body"]) == (first.id, "olá")
