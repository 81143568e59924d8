"""One's own sessions: seen, and ended one by one or all others at once."""

from uuid import UUID

import httpx2
from sqlalchemy import text
from tests.identity.people import PASSWORD, Desk, bearer, client_of, refused

from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database


async def test_own_open_sessions_are_listed_newest_first(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock
) -> None:
    person = await desk.person()
    await desk.person()  # somebody else's
    clock.advance(hours=1)
    second = await desk.identity.log_in(person.user.email, PASSWORD)
    clock.advance(hours=1)
    gone = await desk.identity.log_in(person.user.email, PASSWORD)
    await client.post("/auth/logout", headers=bearer(gone.access_token))
    answer = await client.get("/auth/sessions", headers=person.headers)
    assert answer.status_code == 200
    newest, oldest = answer.json()["sessions"]
    assert set(newest) == {"id", "created_at", "expires_at", "current"}
    assert (newest["created_at"], newest["expires_at"]) == ("2026-11-23T16:00:00Z", "2026-12-23T16:00:00Z")
    assert (newest["current"], oldest["current"]) == (False, True)
    assert str(UUID(newest["id"])) == newest["id"]
    other = (await client.get("/auth/sessions", headers=bearer(second.access_token))).json()["sessions"]
    assert [session["current"] for session in other] == [True, False]


async def test_a_session_that_is_over_is_not_listed(client: httpx2.AsyncClient, desk: Desk, clock: ManualClock) -> None:
    person = await desk.person()
    clock.advance(days=30)
    later = await desk.identity.log_in(person.user.email, PASSWORD)
    found = (await client.get("/auth/sessions", headers=bearer(later.access_token))).json()["sessions"]
    assert [session["current"] for session in found] == [True]


async def test_ending_all_others_leaves_the_one_that_asks(
    client: httpx2.AsyncClient, desk: Desk, elsewhere: IdentityService
) -> None:
    person, stranger = await desk.person(), await desk.person()
    others = [await desk.identity.log_in(person.user.email, PASSWORD) for _ in range(3)]
    answer = await client.delete("/auth/sessions", headers=person.headers)
    assert (answer.status_code, answer.json()) == (200, {"detail": "3 sessões encerradas.", "ended": 3})
    async with client_of(elsewhere) as other_process:
        for log_in in others:
            headers = bearer(log_in.access_token)
            refused(await other_process.get("/auth/me", headers=headers), 401, "INVALID_TOKEN")
            body = {"refresh_token": log_in.refresh_token}
            refused(await other_process.post("/auth/refresh", json=body), 401, "INVALID_TOKEN")
        for kept in (person, stranger):
            assert (await other_process.get("/auth/me", headers=kept.headers)).status_code == 200
    assert (await client.delete("/auth/sessions", headers=person.headers)).json()["ended"] == 0


async def test_one_session_is_ended_at_once_the_current_one_too(client: httpx2.AsyncClient, desk: Desk) -> None:
    person = await desk.person()
    other = await desk.identity.log_in(person.user.email, PASSWORD)
    newest, oldest = (await client.get("/auth/sessions", headers=person.headers)).json()["sessions"]
    answer = await client.delete(f"/auth/sessions/{newest['id']}", headers=person.headers)
    assert (answer.status_code, answer.json()) == (200, {"detail": "Sessão encerrada."})
    refused(await client.get("/auth/me", headers=bearer(other.access_token)), 401, "INVALID_TOKEN")
    refused(await client.delete(f"/auth/sessions/{newest['id']}", headers=person.headers), 404, "NOT_FOUND")
    assert (await client.delete(f"/auth/sessions/{oldest['id']}", headers=person.headers)).status_code == 200
    refused(await client.get("/auth/me", headers=person.headers), 401, "INVALID_TOKEN")


async def test_nobody_ends_the_session_of_another(client: httpx2.AsyncClient, desk: Desk) -> None:
    """An administrator neither: that is what deactivation is for. What is hidden answers like what does not exist."""
    person, stranger = await desk.person(), await desk.person()
    mine = (await client.get("/auth/sessions", headers=person.headers)).json()["sessions"][0]["id"]
    answers = [
        await client.delete(f"/auth/sessions/{session_id}", headers=stranger.headers)
        for session_id in (mine, UUID(int=0))
    ]
    for answer in answers:
        refused(answer, 404, "NOT_FOUND")
        assert answer.json() == answers[0].json()
    assert (await client.get("/auth/me", headers=person.headers)).status_code == 200
    refused(await client.delete("/auth/sessions/x", headers=person.headers), 400, "VALIDATION_ERROR", "session_id")


async def test_the_list_is_read_by_its_index(desk: Desk, database: Database) -> None:
    person = await desk.person()
    fill = text(
        "INSERT INTO sessions (id, user_id, created_at, expires_at, revoked_at) SELECT gen_random_uuid(), u.id, now(), "
        "now(), CASE WHEN n % 20 > 0 THEN now() END FROM users u, generate_series(1, 5000) n"
    )
    query = "EXPLAIN SELECT id FROM sessions WHERE user_id = :user AND revoked_at IS NULL"
    async with database.transaction() as tx:
        for _ in range(20):
            await desk.user()
        await tx.run(fill)
        await tx.run(text("ANALYZE sessions"))
        plan = "\n".join(row[0] for row in await tx.rows(text(query), {"user": person.user.id}))
    assert "ix_sessions_user_open" in plan
