"""A stolen refresh token: whoever uses it and in whatever order, its second use is everybody's end."""

import asyncio
import itertools
from collections import Counter

import httpx2
import pytest
from tests.attacks.test_tokens import socket_says
from tests.stories.harness import PASSWORD, Json, System

from plantao.identity.models import Role

MARIA = {"email": "maria@provedor.example", "password": PASSWORD}


async def log_in(system: System) -> Json:
    found: Json = (await system.client.post("/api/v1/auth/login", json=MARIA)).json()
    return found


async def refresh(system: System, pair: Json) -> httpx2.Response:
    return await system.client.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})


async def is_let_in(system: System, pair: Json) -> bool:
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    return (await system.client.get("/api/v1/auth/me", headers=headers)).status_code == 200


async def chain(system: System, length: int) -> list[Json]:
    """A session's pairs, the oldest first; only the last one's refresh token is unused."""
    pairs = [await log_in(system)]
    while len(pairs) < length:
        pairs.append((await refresh(system, pairs[-1])).json())
    return pairs


async def dead(system: System, pairs: list[Json]) -> None:
    assert [await is_let_in(system, pair) for pair in pairs] == [False] * len(pairs)
    assert [(await refresh(system, pair)).status_code for pair in pairs] == [401] * len(pairs)


async def test_in_every_order_the_first_second_use_ends_the_session(system: System) -> None:
    await system.person(Role.ATTENDANT)
    for order in itertools.permutations(range(3)):
        await use_in_order(system, order)


async def use_in_order(system: System, order: tuple[int, ...]) -> None:
    pairs, elsewhere = await chain(system, 3), await log_in(system)
    burned = False
    for index in order:
        answer = await refresh(system, pairs[index])
        if index == 2 and not burned:
            assert answer.status_code == 200
            pairs.append(answer.json())
        else:
            burned = True
            used = index < 2
            assert (answer.status_code, answer.json()["error_code"]) == (
                401,
                "TOKEN_REUSED" if used else "INVALID_TOKEN",
            )
    await dead(system, pairs)
    assert await is_let_in(system, elsewhere)
    assert (await refresh(system, elsewhere)).status_code == 200


async def test_thief_and_owner_at_once(system: System) -> None:
    """Both hold the same unused token, and the thief an older one as well."""
    await system.person(Role.ATTENDANT)
    for _ in range(3):
        pairs = await chain(system, 2)
        tries = [pairs[1]] * 6 + [pairs[0]] * 2
        answers = await asyncio.gather(*(refresh(system, pair) for pair in tries))
        statuses = Counter(answer.status_code for answer in answers)
        assert statuses[200] <= 1
        assert statuses[401] >= 7
        await dead(system, pairs + [answer.json() for answer in answers if answer.status_code == 200])


async def test_the_socket_of_a_stolen_access_token_ends_with_the_family(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    pairs = await chain(system, 2)
    maria.token = pairs[0]["access_token"]
    async with maria.socket() as socket:
        await socket.silence()
        assert (await refresh(system, pairs[0])).json()["error_code"] == "TOKEN_REUSED"
        async with asyncio.timeout(5):
            await socket.connection.wait_closed()
        assert socket.connection.close_code == 4401
    assert await socket_says(f"{maria.url}/ws/chat?token={pairs[1]['access_token']}") == 4401


@pytest.mark.parametrize("how", ["logout", "sessions", "password", "role", "deactivated"])
async def test_what_ends_a_session_ends_its_refresh_token(system: System, how: str) -> None:
    admin, maria = await system.person(Role.ADMIN, "Dona Silva"), await system.person(Role.ATTENDANT)
    [pair] = await chain(system, 1)
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    user = f"/api/v1/users/{maria.id}"
    changes = {
        "password": {"password": "OutraSenha456!"},
        "role": {"role": "user"},
        "deactivated": {"is_active": False},
    }
    if how == "logout":
        answer = await system.client.post("/api/v1/auth/logout", headers=headers)
    elif how == "sessions":
        answer = await system.client.delete("/api/v1/auth/sessions", headers=maria.headers)
    else:
        answer = await system.client.put(user, json=changes[how], headers=admin.headers)
    assert answer.status_code == 200
    await dead(system, [pair])
