"""Other people's conversations, files, sessions and users: what is not one's own answers as what does not exist."""

from typing import get_args

import pytest
from tests.attacks.asking import NOWHERE, Cast, assemble
from tests.attacks.ground import body_schema, document_of, operations
from tests.attacks.rows import ATTENDANT, USER, Row, filled
from tests.attacks.surface import ACTIONS, BULK, ENDING_ACTIONS, ROWS
from tests.stories.harness import Json, System

from plantao.realtime import frames

# By the name that an identifier has in a path, a query or a body: what a row of the surface calls it.
IDENTIFIERS = {
    "conversation_id": "conversation_id",
    "media_id": "media_id",
    "session_id": "session_id",
    "user_id": "person",
    "actor_id": "colleague",
    "agent_id": "colleague",
    "to_agent_id": "colleague",
    "message_id": "message_id",
}
# Identifiers that name nobody's property: the sender's own key, what belongs to the whole desk, what is ours at Meta.
NOT_OURS = {"client_id", "reply_id", "tag_id", "example_id", "alert_id", "business_account_id", "phone_number_id"}


async def test_every_identifier_that_the_api_takes_is_attacked(system: System) -> None:
    document = await document_of(system)
    missing = []
    for operation, found in operations(document).items():
        names = {parameter["name"] for parameter in found.get("parameters", ())}
        names |= set(body_schema(document, found).get("properties", ()))
        for name in {n for n in names if n.endswith("_id") and n not in NOT_OURS}:
            rows = [row for row in ROWS if row.operation == operation]
            if not any(IDENTIFIERS.get(name, "?") in row.names() for row in rows):
                missing.append((operation, name))
    assert missing == [], "give each of these a row in tests/attacks/surface.py that names it"


def conversation_rows() -> list[Row]:
    return [row for row in ROWS if row.names() & {"conversation_id", "media_id"} and row.path != BULK]


async def foreign(cast: Cast) -> list[Json]:
    """Conversations that an agent does not see: a colleague's, one that has ended, and the bot's."""
    ended = await cast.phones.give(cast.colleague)
    await cast.colleague.post(f"/conversations/{ended['id']}/close", {"resolution": "spam"})
    return [await cast.phones.give(cast.colleague), ended, cast.phones.waiting.pop()]


async def test_what_is_anothers_answers_as_what_is_not(system: System) -> None:
    """404 for an agent, 403 for who serves nobody, and in neither case a word of whether it exists."""
    cast = await assemble(system, 12)
    hidden, file = await foreign(cast), await cast.file_of(USER)
    before = [(await cast.phones.lead.get(f"/conversations/{one['id']}")).json() for one in hidden]
    for row in conversation_rows():
        for who, usual in ((ATTENDANT, 404), (USER, 403)):
            answers = [await cast.ask(who, row, conversation_id=one["id"], media_id=file) for one in hidden]
            answers.append(await cast.ask(who, row, conversation_id=NOWHERE, media_id=NOWHERE))
            status = 403 if row.expected(who) == 403 else usual
            assert {answer.status_code for answer in answers} == {status}, (row, who)
            assert len({answer.content for answer in answers}) == 1, (row, who)
            assert len({tuple(sorted(set(answer.headers))) for answer in answers}) == 1, (row, who)
    after = [(await cast.phones.lead.get(f"/conversations/{one['id']}")).json() for one in hidden]
    assert after == before


async def test_of_many_at_once_each_of_anothers_answers_as_what_is_not(system: System) -> None:
    cast = await assemble(system, 12)
    hidden = [one["id"] for one in await foreign(cast)]
    before = [(await cast.phones.lead.get(f"/conversations/{id_}")).json() for id_ in hidden]
    for action in filled([*ACTIONS, *ENDING_ACTIONS], cast.known(ATTENDANT)):
        body = {"ids": [*hidden, NOWHERE], "action": action}
        answer = (await cast.people[ATTENDANT].post("/conversations/bulk", body)).json()
        assert answer["done"] == [], action
        told = {(one["error_code"], one["detail"]) for one in answer["failed"]}
        assert (len(answer["failed"]), told) == (4, {("NOT_FOUND", "Conversa não encontrada.")}), action
        assert (await cast.people[USER].post("/conversations/bulk", body)).status_code == 403
    assert [(await cast.phones.lead.get(f"/conversations/{id_}")).json() for id_ in hidden] == before


async def test_nobody_lists_what_is_anothers(system: System) -> None:
    cast = await assemble(system, 12)
    [secret, *_] = await foreign(cast)
    agent, own = cast.people[ATTENDANT], cast.own[ATTENDANT]["id"]
    filters: list[Json] = [{}, {"assigned_to": cast.colleague.id}, {"status": "closed"}, {"status": "in_progress"}]
    for asked in [*filters, {"limit": 100}, {"page": 2}, {"start_date": "2000-01-01T00:00:00Z"}]:
        assert {one["id"] for one in await agent.conversations(**asked)} <= {own}, asked
    totals = [(await agent.get("/conversations", **asked)).json()["total"] for asked in filters]
    assert totals == [1, 0, 0, 1]
    plain = secret["id"]
    for spelling in (
        plain.upper(),
        plain.replace("-", ""),
        f"{{{plain}}}",
        f"urn:uuid:{plain}",
        f"%20{plain}",
        f"{plain}%00",
    ):
        assert (await agent.get(f"/conversations/{spelling}")).status_code in {400, 404}, spelling


async def test_other_peoples_sessions_and_records_answer_as_what_is_not(system: System) -> None:
    cast = await assemble(system, 4)
    theirs = (await cast.colleague.get("/auth/sessions")).json()["sessions"][0]["id"]
    [row] = [row for row in ROWS if "session_id" in row.names()]
    for who in cast.people:
        answers = [await cast.ask(who, row, session_id=session) for session in (theirs, NOWHERE)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    people = [row for row in ROWS if row.ids and row.expected(ATTENDANT) == 403]
    assert len(people) >= 6
    for row in people:
        for who in (ATTENDANT, USER):
            answers = [await cast.ask(who, row, person=id_, colleague=id_) for id_ in (cast.colleague.id, 999_999)]
            assert [answer.status_code for answer in answers] == [403, 403], row
            assert answers[0].content == answers[1].content
    assert (await cast.colleague.get("/auth/me")).status_code == 200


# Every frame that names a conversation, and what is answered about one that is not to be seen.
FRAMES: dict[str, Json] = {
    "join_conversation": {"conversation_id": "{conversation_id}", "since_seq": 0},
    "leave_conversation": {"conversation_id": "{conversation_id}"},
    "send_message": {"conversation_id": "{conversation_id}", "content": "oi"},
    "typing_start": {"conversation_id": "{conversation_id}"},
    "typing_stop": {"conversation_id": "{conversation_id}"},
    "mark_read": {"conversation_id": "{conversation_id}", "seq": 1},
}
SILENT = {"leave_conversation"}


def test_every_frame_about_a_conversation_is_attacked() -> None:
    naming = {
        str(f.__struct_config__.tag) for f in get_args(frames.ClientFrame) if "conversation_id" in f.__struct_fields__
    }
    assert naming == set(FRAMES), "give each of these a row"


@pytest.mark.parametrize(("who", "code"), [(ATTENDANT, "NOT_FOUND"), (USER, "FORBIDDEN")])
async def test_a_socket_hears_nothing_and_does_nothing_where_it_may_not(system: System, who: str, code: str) -> None:
    cast = await assemble(system, 12)
    hidden = await foreign(cast)
    async with cast.people[who].socket() as socket:
        for type_, fields in FRAMES.items():
            told = []
            for id_ in [*(one["id"] for one in hidden), NOWHERE]:
                await socket.say(type_, **filled(fields, {"conversation_id": id_}))
                await socket.silence()
                heard = await socket.silence()  # a refused join is told after what was already on its way
                socket.frames.clear()
                told.append([(frame["type"], frame.get("error_code"), frame.get("ref")) for frame in heard])
            assert told == [[] if type_ in SILENT else [("error", code, type_)]] * 4, type_
        # What is said there afterwards is not heard either.
        for one in hidden[:1]:
            await cast.colleague.post(f"/conversations/{one['id']}/messages", {"content": "segredo"})
        assert [frame for frame in await socket.silence() if frame["type"] != "error"] == []
