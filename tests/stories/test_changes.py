"""Messages that were edited or deleted, in whatever order Meta tells it, and however often."""

import json
from itertools import permutations

from tests.conversations.world import fetch
from tests.stories.harness import Json, Person, System
from tests.stories.test_intake import deliver
from tests.stories.wire import answered, bring, deleted, edited, metadata, said
from tests.whatsapp.wire import samples

from plantao.identity.models import Role
from plantao.whatsapp import ledger

AT = "2026-11-24T10:00:0{}Z"


async def only(lead: Person, *, of: str = "incoming") -> list[Json]:
    [conversation] = await lead.conversations()
    return [one for one in await lead.messages(conversation["id"]) if one["direction"] == of]


async def test_an_edit_and_a_deletion_reach_the_message_and_open_screens(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await bring(system, said("w1", "tá lento"))
    [conversation] = await lead.conversations()
    async with lead.socket() as live:
        await live.join(conversation["id"])
        await bring(system, edited("w2", "w1", "está lento", at=2))
        changed = await live.expect("message_changed")
        [now] = await only(lead)
        assert changed["message"] == now
        assert now["content"] == "está lento"
        assert now["payload"] == {"previous": ["tá lento"], "edited_at": AT.format(2)}
        await bring(system, deleted("w3", "w1", at=4))
        gone = await live.expect("message_changed")
        [now] = await only(lead)
        assert gone["message"] == now
        assert now["payload"] == {"previous": ["tá lento"], "edited_at": AT.format(2), "deleted_at": AT.format(4)}
        assert now["content"] == "está lento"


async def test_in_whatever_order_and_however_often_the_same_remains(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    for number, order in enumerate(permutations(range(4))):
        first, second, third, last = (f"{name}{number}" for name in "abcd")
        phone: Json = {"from_": f"55219876500{number:02}", "from_user_id": None}
        told = [
            said(first, "um", **phone),
            edited(second, first, "dois", at=1),
            edited(third, first, "três", at=2),
            deleted(last, first, at=3),
        ]
        for index in order:
            body = samples.webhook(samples.change({"metadata": metadata(system), "messages": [told[index]]}))
            assert await deliver(system, body) == 200
    await system.settle()
    await assert_all_alike(lead)
    before = await fetch(system.parts.database, EVERYTHING)
    ids = [row[0] for row in await fetch(system.parts.database, "SELECT id FROM webhook_ledger")]
    async with system.parts.database.transaction() as tx:
        await ledger.replay(tx, ids)
    await system.settle()
    assert await fetch(system.parts.database, EVERYTHING) == before


EVERYTHING = "SELECT id, content, payload, seq, conversation_id FROM messages ORDER BY id"


async def assert_all_alike(lead: Person) -> None:
    conversations = await lead.conversations(limit=100)
    assert len(conversations) == 24
    for conversation in conversations:
        [one] = [m for m in await lead.messages(conversation["id"]) if m["direction"] == "incoming"]
        assert one["content"] == "três"
        expected = {"previous": ["um", "dois"], "edited_at": AT.format(2), "deleted_at": AT.format(3)}
        assert one["payload"] == expected, json.dumps(one)


async def test_a_caption_is_edited_with_its_file(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    photo = samples.message(id="w1", type="image", image={"id": "771", "mime_type": "image/png", "caption": "luz"})
    await bring(system, photo, edited("w2", "w1", "luz vermelha"))
    [now] = await only(lead)
    assert (now["content"], now["caption"], now["payload"]["previous"]) == ("luz vermelha", "luz vermelha", ["luz"])


async def test_a_customer_cannot_change_what_we_wrote_nor_we_what_the_customer_did(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await bring(system, said("w1", "do cliente"))
    await bring(system, answered("w2", "da loja", at=1), edited("w3", "w1", "outra", echo=True), echoes=True)
    await bring(system, deleted("w4", "w2"))
    [theirs], [ours] = await only(lead), await only(lead, of="outgoing")
    assert (theirs["content"], theirs["payload"]) == ("do cliente", None)
    assert (ours["content"], ours["payload"]) == ("da loja", None)
    await bring(system, edited("w5", "w2", "da loja, corrigida", echo=True), echoes=True)
    [ours] = await only(lead, of="outgoing")
    assert ours["content"] == "da loja, corrigida"
