"""Numbers that stop and go on by themselves; and each of several numbers by itself."""

from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text
from tests.whatsapp.outgoing import FIRST, PHONE, SECOND, Outgoing, outgoing

from plantao.whatsapp import sending_state

Json = dict[str, Any]


async def state_of(out: Outgoing) -> sending_state.State:
    async with out.parts.database.transaction() as tx:
        return await sending_state.state(tx, out.sim.config.phone_number_id)


async def test_an_expired_token_stops_the_number_and_nothing_is_lost(out: Outgoing) -> None:
    ids = [await out.wrote(f"55319888877{n:02}") for n in range(12)]
    out.expire_token()
    for id_ in ids:
        await out.say(id_, "1", "2")
    sender = out.sender()
    with structlog.testing.capture_logs() as logs:
        await out.work(sender, 300)
    assert [line["event"] for line in logs].count("number_stopped") == 1
    assert "number_resumed" not in [line["event"] for line in logs]
    assert {status for _, status, _ in await out.told()} == {"queued"}
    used = await out.one("SELECT max(attempts) AS most FROM messages")
    assert used.most <= 1
    state = await state_of(out)
    assert (state.stopped_by, state.stopped_code) == ("token", 190)
    out.heal_token()
    await out.work(sender, 45)
    assert sorted(out.accepted) == ["1"] * 12 + ["2"] * 12
    assert (await state_of(out)).stopped_by is None


async def test_while_the_token_is_bad_meta_is_asked_every_half_minute_and_no_more(out: Outgoing) -> None:
    await out.say(await out.wrote(), "1")
    out.expire_token()
    sender = out.sender()
    with structlog.testing.capture_logs() as logs:
        await out.work(sender, 301)
    assert 9 <= [line["event"] for line in logs].count("number_probed") <= 10


async def test_a_new_token_in_its_file_is_tried_at_once(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("the-old-token\n")
    async with outgoing(database_url, whatsapp_access_token_file=path) as out:
        await out.say(await out.wrote(), "1", "2")
        sender = out.sender()
        await out.work(sender, 5)
        assert (await state_of(out)).stopped_by == "token"
        for half in ("", "two words"):
            path.write_text(half)  # being written
            await out.work(sender, 0)
        path.write_text(out.sim.config.access_token + "\n")
        await out.work(sender, 2)
        assert out.accepted == ["1", "2"]
        assert (await state_of(out)).stopped_by is None


async def test_a_restart_with_another_token_tries_at_once(database_url: str) -> None:
    async with outgoing(database_url, whatsapp_access_token="the-old-token") as before:
        await before.say(await before.wrote(), "1")
        await before.work(before.sender(), 2)
        assert (await state_of(before)).stopped_by == "token"
    async with outgoing(database_url) as after:
        after.sim.open_windows(after.sim.customer("Ana", phone=PHONE))
        await after.work(after.sender(), 10)
        assert after.accepted == ["1"]


async def test_a_number_that_is_not_paid_for_tries_one_message_now_and_then(out: Outgoing) -> None:
    for number in range(10):
        await out.say(await out.wrote(f"553198888770{number}"), "1")
    out.sim.fail_next(kind="error", code=131042, times=1000)
    sender = out.sender()
    with structlog.testing.capture_logs() as logs:
        await out.work(sender, 3600)
    events = [line["event"] for line in logs]
    # The ten that were on their way, then after 1, 2, 4, 8 and each 15 minutes.
    assert 10 + 5 <= events.count("send_failed") <= 10 + 8
    assert events.count("number_stopped") == 1
    out.sim.faults.clear()
    await out.work(sender, 901)
    assert out.accepted == ["1"] * 10
    assert (await state_of(out)).stopped_by is None


async def test_a_message_that_meta_refuses_for_itself_shows_that_the_number_works(out: Outgoing) -> None:
    await out.say(await out.wrote(), "1", "2")
    out.sim.fail_next(kind="error", code=368)
    out.sim.fail_next(kind="error", code=131051)
    await out.work(out.sender(), 62)
    assert await out.told() == [("1", "failed", 131051), ("2", "sent", None)]


SALES: Json = {"whatsapp_numbers": [{"phone_number_id": SECOND, "name": "Vendas"}]}


async def test_what_is_said_leaves_by_the_number_that_was_written_to(database_url: str) -> None:
    async with outgoing(database_url, **SALES) as out:
        await out.say(await out.wrote(number=SECOND), "pelo segundo")
        await out.work(out.sender())
        await out.say(await out.wrote("5531988880000"), "pelo primeiro")
        await out.work(out.sender())
        assert [send.number for send in out.sim.sends] == [SECOND, FIRST]
        assert out.accepted == ["pelo segundo", "pelo primeiro"]


async def test_a_number_that_has_stopped_stops_alone(database_url: str) -> None:
    async with outgoing(database_url, **SALES) as out:
        await out.say(await out.wrote(number=SECOND), "pelo segundo")
        out.sim.fail_next(kind="error", code=131031)
        sender = out.sender()
        await out.work(sender)
        await out.say(await out.wrote("5531988880000"), "pelo primeiro")
        await out.work(sender, 30)
        assert out.accepted == ["pelo primeiro"]
        assert ("pelo segundo", "queued", None) in await out.told()
        async with out.parts.database.transaction() as tx:
            stopped = [(await sending_state.state(tx, number)).stopped_by for number in (FIRST, SECOND)]
        assert stopped == [None, "configuration"]


async def test_a_conversation_from_before_is_the_first_numbers(out: Outgoing) -> None:
    conversation_id = await out.wrote()
    async with out.parts.database.transaction() as tx:
        await tx.run(text("UPDATE conversations SET phone_number_id = NULL"))
    await out.say(conversation_id, "1")
    await out.work(out.sender())
    assert out.accepted == ["1"]
    assert await out.conversation() == conversation_id
