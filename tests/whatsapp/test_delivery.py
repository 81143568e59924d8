"""What becomes of a message whatever Meta answers: nothing lost, nothing sent twice, order kept, the truth told."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import structlog
from tests.whatsapp.outgoing import PHONE, Outgoing

from plantao.conversations.models import SentBy
from plantao.whatsapp.graph.errors import explain

Json = dict[str, Any]


class Case(NamedTuple):
    """`fails`: the first message ends as failed, with this code; else it arrives. `within`: in so many seconds."""

    fault: Json
    fails: int | None = None
    within: float = 0


# Each strikes the first of three messages of one conversation.
CASES = {
    "trouble at Meta": Case({"kind": "error", "code": 131000, "times": 2}, within=15),
    "trouble without end": Case({"kind": "error", "code": 131000, "times": 3}, fails=131000, within=15),
    "Meta is away": Case({"kind": "error", "code": 131016, "times": 4}, within=30),
    "Meta is away for long": Case({"kind": "error", "code": 2, "times": 11}, within=1800),
    "maintenance": Case({"kind": "error", "code": 131057, "times": 3}, within=60),
    "throughput": Case({"kind": "error", "code": 130429, "times": 3}, within=30),
    "pair rate": Case({"kind": "error", "code": 131056, "times": 3}, within=60),
    "account rate": Case({"kind": "error", "code": 80007, "times": 2}, within=300),
    "app rate": Case({"kind": "error", "code": 4}, within=120),
    "a flow's limit": Case({"kind": "error", "code": 132069}, within=900),
    "spam": Case({"kind": "error", "code": 131048}, within=5000),
    "no WhatsApp there": Case({"kind": "error", "code": 131026}, fails=131026),
    "our own mistake": Case({"kind": "error", "code": 100}, fails=100),
    "an unknown refusal": Case({"kind": "error", "code": 999999}, fails=999999),
    "not now": Case({"kind": "error", "code": 131049}, fails=131049),
    "no marketing": Case({"kind": "error", "code": 131050}, fails=131050),
    "no such template": Case({"kind": "error", "code": 132001}, fails=132001),
    "the window": Case({"kind": "error", "code": 131047}, fails=131047),
    "a test number": Case({"kind": "error", "code": 131030}, fails=131030),
    "a gateway's page": Case({"kind": "html"}, within=60),
    "nothing in it": Case({"kind": "empty"}, within=60),
    "hung up before": Case({"kind": "drop_request"}, within=60),
    "a portal": Case({"kind": "html", "http_status": 403}, within=120),
    "an unknown token": Case({"kind": "error", "code": 190, "http_status": 401}, within=60),
    "no token": Case({"kind": "error", "code": 104, "http_status": 401}, within=60),
    "locked": Case({"kind": "error", "code": 131031, "times": 3}, within=600),
    "blocked": Case({"kind": "error", "code": 368, "times": 3}, within=600),
    "unpaid": Case({"kind": "error", "code": 131042, "times": 3}, within=600),
    "no permission": Case({"kind": "error", "code": 10}, within=120),
    "slow": Case({"kind": "slow", "seconds": 0.05}),
}


@pytest.mark.parametrize("name", CASES)
async def test_each_fault_costs_at_most_the_message_that_it_strikes(out: Outgoing, name: str) -> None:
    case = CASES[name]
    await out.say(await out.wrote(), "1", "2", "3")
    out.sim.fail_next(**case.fault)
    await out.work(out.sender(), case.within)
    assert out.accepted == (["2", "3"] if case.fails else ["1", "2", "3"])
    first = ("1", "failed", case.fails) if case.fails else ("1", "sent", None)
    assert await out.told() == [first, ("2", "sent", None), ("3", "sent", None)]


async def test_a_failed_message_says_in_portuguese_what_to_do_and_the_log_has_metas_words(out: Outgoing) -> None:
    await out.say(await out.wrote(), "1")
    out.sim.fail_next(kind="error", code=131021)
    with structlog.testing.capture_logs() as logs:
        await out.work(out.sender())
    told = explain(131021)
    error = (await out.one("SELECT error FROM messages WHERE direction = 'outgoing'")).error
    assert error == {"code": 131021, "title": told.title, "detail": told.action}
    [log] = [line for line in logs if line["event"] == "send_failed"]
    assert "Recipient cannot be sender" in log["meta_title"]
    assert log["meta_detail"] == "Sender and recipient phone number is the same."


async def test_a_refusal_that_comes_later_is_told_in_the_same_words(out: Outgoing) -> None:
    [mine] = await out.say(await out.wrote(), "1")
    await out.work(out.sender())
    with structlog.testing.capture_logs() as logs:
        await out.tick(out.sim.sends[0].wamid, "failed", mine, code=131049)
    error = (await out.one("SELECT error FROM messages WHERE direction = 'outgoing'")).error
    assert error == {"code": 131049, "title": explain(131049).title, "detail": explain(131049).action}
    [log] = [line for line in logs if line["event"] == "delivery_failed"]
    assert (log["meta_title"], log["code"]) == ("Meta's title", 131049)


@pytest.mark.parametrize("late", [False, True], ids=["at once", "by a status"])
async def test_the_end_of_the_24_hours_closes_the_window(out: Outgoing, *, late: bool) -> None:
    conversation_id = await out.wrote()
    [mine] = await out.say(conversation_id, "1")
    if late:
        await out.work(out.sender())
        await out.tick(out.sim.sends[0].wamid, "failed", mine, code=131047)
    else:
        out.sim.fail_next(kind="error", code=131047)
        await out.work(out.sender())
    row = await out.one("SELECT window_expires_at FROM conversations")
    assert row.window_expires_at <= out.clock.now()


async def test_a_window_that_the_customer_has_opened_again_stays_open(out: Outgoing) -> None:
    out.sim.open_windows(out.sim.customer("Ana", phone=PHONE))
    [mine] = await out.say(await out.conversation(), "1")
    await out.work(out.sender())
    await out.wrote()
    await out.tick(out.sim.sends[0].wamid, "failed", mine, code=131047)
    row = await out.one("SELECT window_expires_at FROM conversations")
    assert row.window_expires_at > out.clock.now() + timedelta(hours=23)
    assert await out.told() == [("1", "failed", 131047)]


# Lost answers: Meta has no key by which a message is sent once; its statuses bring our id back.


async def test_a_lost_answer_is_settled_by_a_status_before_it_is_sent_again(out: Outgoing) -> None:
    mine, _ = await out.say(await out.wrote(), "1", "2")
    out.sim.fail_next(kind="drop_response")
    sender = out.sender()
    await out.work(sender, 10)
    assert out.accepted == ["1"]
    assert await out.told() == [("1", "queued", None), ("2", "queued", None)]
    await out.tick(out.sim.sends[0].wamid, "sent", mine)
    await out.work(sender, 120)
    assert out.accepted == ["1", "2"]
    assert await out.told() == [("1", "sent", None), ("2", "sent", None)]


async def test_a_lost_answer_without_a_status_is_sent_again_under_the_same_id_and_only_once(out: Outgoing) -> None:
    mine, _ = await out.say(await out.wrote(), "1", "2")
    out.sim.fail_next(kind="drop_response")
    sender = out.sender()
    await out.work(sender, 29)
    assert out.accepted == ["1"]
    await out.work(sender, 60)
    assert out.accepted == ["1", "1", "2"]
    assert [send.payload["biz_opaque_callback_data"] for send in out.sim.sends[:2]] == [str(mine)] * 2
    # What Meta says of the first one at last changes neither message, and sends nothing more.
    await out.tick(out.sim.sends[0].wamid, "delivered", mine)
    await out.tick(out.sim.sends[1].wamid, "read", mine)
    await out.work(sender, 120)
    assert await out.told() == [("1", "read", None), ("2", "sent", None)]
    assert out.accepted == ["1", "1", "2"]


@pytest.mark.parametrize("settled", [True, False])
async def test_who_dies_between_metas_yes_and_writing_it_down(out: Outgoing, *, settled: bool) -> None:
    [mine] = await out.say(await out.wrote(), "1")
    out.sim.fail_next(kind="slow", seconds=1)
    first = out.sender()
    await first.step()
    await out.sim.wait_for_send()
    await out.died(first)
    if settled:
        await out.tick(out.sim.sends[0].wamid, "sent", mine)
    second = out.sender()
    await out.work(second, 45)
    assert out.accepted == ["1"]  # the dead one's lease
    await out.work(second, 60)
    assert out.accepted == (["1"] if settled else ["1", "1"])
    assert await out.told() == [("1", "sent", None)]


# The ninth digit.


async def refused(out: Outgoing, *, late: bool) -> None:
    """The next message goes nowhere: Meta says so at once, or later."""
    if late:
        await out.work(out.sender())
        await out.tick(out.sim.sends[-1].wamid, "failed", code=131026)
    else:
        out.sim.fail_next(kind="error", code=131026)
        await out.work(out.sender())


@pytest.mark.parametrize("late", [False, True], ids=["at once", "by a status"])
async def test_who_never_wrote_is_tried_once_more_in_the_other_form(out: Outgoing, *, late: bool) -> None:
    known = out.sim.customer("Ana", phone=PHONE, wa_id="553188887777")
    out.sim.open_windows(known)
    [mine] = await out.say(await out.conversation(), "1")
    await refused(out, late=late)
    await out.work(out.sender())
    # What Meta named it after the first send, if it took that, is not tried again.
    assert [send.payload["to"] for send in out.sim.sends][-1] == ("+5531988887777" if late else "+553188887777")
    assert await out.told() == [("1", "sent", None)]
    assert (await out.one("SELECT wa_id FROM customers")).wa_id == "553188887777"
    if late:  # what is said of the first send, again and in whatever order, changes nothing
        for status, code in (("sent", None), ("failed", 131026)):
            await out.tick(out.sim.sends[0].wamid, status, mine, code)
        assert await out.told() == [("1", "sent", None)]


@pytest.mark.parametrize("late", [False, True], ids=["at once", "by a status"])
async def test_the_second_form_is_the_last(out: Outgoing, *, late: bool) -> None:
    out.sim.open_windows(out.sim.customer("Ana", phone=PHONE))
    await out.say(await out.conversation(), "1")
    if not late:
        out.sim.fail_next(kind="error", code=131026)
    await refused(out, late=late)
    if late:
        await refused(out, late=late)
    await out.work(out.sender(), 60)
    assert await out.told() == [("1", "failed", 131026)]
    assert len(out.sim.sends) == (2 if late else 0)


@pytest.mark.parametrize("phone", ["551133334444", "16505551234"])
async def test_a_number_of_one_form_is_not_tried_again(out: Outgoing, phone: str) -> None:
    out.sim.open_windows(out.sim.customer("Ana", phone=phone))
    await out.say(await out.conversation(phone), "1")
    out.sim.fail_next(kind="error", code=131026)
    await out.work(out.sender(), 60)
    assert await out.told() == [("1", "failed", 131026)]
    assert out.accepted == []


# Who goes first, and that nobody holds up the others.


async def test_spam_limits_hold_programs_and_nobody_else(out: Outgoing) -> None:
    first, second, third = [await out.wrote(f"553198888770{n}") for n in range(3)]
    await out.say(first, "campanha", sent_by=SentBy.API)
    out.sim.fail_next(kind="error", code=131048)
    sender = out.sender()
    await out.work(sender)
    await out.say(second, "campanha", sent_by=SentBy.API)
    await out.say(third, "resposta")
    await out.work(sender, 1800)
    assert out.accepted == ["resposta"]
    await out.work(sender, 3 * 3600)
    assert sorted(out.accepted) == ["campanha", "campanha", "resposta"]


async def test_a_conversation_that_fails_holds_up_no_other(out: Outgoing) -> None:
    ids = [await out.wrote(f"553198888770{n}") for n in range(5)]
    for id_ in ids:
        await out.say(id_, "1", "2")
    out.sim.fail_next(kind="error", code=131000, times=2)
    await out.work(out.sender(), 1)
    assert len(out.accepted) == 6
    await out.work(out.sender(), 30)
    assert sorted(out.accepted) == ["1"] * 5 + ["2"] * 5


async def test_a_reply_passes_a_campaign_of_hundreds_which_goes_on(out: Outgoing) -> None:
    customers = [await out.wrote(f"55319888{n:05}") for n in range(10000, 10090)]
    for id_ in customers[:80]:
        await out.say(id_, "campanha", sent_by=SentBy.API)
    sender = out.sender()
    await out.work(sender, 0.2)
    begun = len(out.accepted)
    assert 8 <= begun < 40
    for id_ in customers[80:]:
        await out.say(id_, "resposta")
    await out.work(sender, 0.4)
    since = out.accepted[begun:]
    assert since.count("resposta") == 10
    assert "campanha" in since[:14]  # its share, also meanwhile
    assert since.index("resposta") <= 4
    await out.work(sender, 5)
    assert len(out.accepted) == 90
