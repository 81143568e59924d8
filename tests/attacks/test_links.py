"""Links to files: forged, of another file, too old, of a session that has ended, of who may not see it any more."""

import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from tests.attacks.asking import NOWHERE, Cast, assemble
from tests.attacks.rows import ATTENDANT, SUPERVISOR
from tests.attacks.test_tokens import OTHER_KEY, by_hand, part
from tests.stories.harness import JWT_SECRET, Json, System


async def link_of(cast: Cast, who: str, file_id: str) -> str:
    answer = await cast.people[who].post(f"/media/{file_id}/link")
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["url"].partition("?link=")[2]
    return found


async def follow(system: System, file_id: str, link: str) -> tuple[int, str | None]:
    """The status and the error code, of the file and of its small picture alike."""
    found: set[tuple[int, str | None]] = set()
    for path in (f"/api/v1/media/{file_id}", f"/api/v1/media/{file_id}/thumbnail"):
        answer = await system.client.get(path, params={"link": link})
        found.add((answer.status_code, answer.json()["error_code"] if answer.status_code >= 400 else None))
    [told] = found
    return told


def signed(claims: Json, **changes: Any) -> str:
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(kept, JWT_SECRET, algorithm="HS256")


def forged(link: str, access_token: str) -> dict[str, str]:
    """By what is wrong with it."""
    claims: Json = jwt.decode(link, options={"verify_signature": False})
    hs256 = {"alg": "HS256", "typ": "JWT"}
    _, body, signature = link.split(".")
    return {
        "nothing": "x",
        "an access token": access_token,
        "another key": jwt.encode(claims, OTHER_KEY, algorithm="HS256"),
        "no algorithm": f"{part({'alg': 'none'})}.{body}.",
        "another digest": by_hand(hs256 | {"alg": "HS512"}, claims, JWT_SECRET, "sha512"),
        "a later end": f"{part(hs256)}.{part(claims | {'exp': int(time.time()) + 10**6})}.{signature}",
        "no end": signed(claims, exp=None),
        "an end that is none": signed(claims, exp="soon"),
        "no file": signed(claims, file=None),
        "a file that is none": signed(claims, file=["x"]),
        "no session": signed(claims, sid=None),
        "a session that is none": signed(claims, sid="x"),
        "a session that is not there": signed(claims, sid=str(uuid4())),
        "somebody else in that session": signed(claims, sub="999999"),
        "for another audience": signed(claims, aud="plantao"),
        "of another issuer": signed(claims, iss="x"),
        "cut short": link[:-4],
    }


async def test_a_forged_link_opens_nothing(system: System) -> None:
    cast = await assemble(system, 4)
    file = await cast.file_of(ATTENDANT)
    link = await link_of(cast, ATTENDANT, file)
    assert await follow(system, file, link) == (200, None)
    for wrong, told in forged(link, cast.people[ATTENDANT].token).items():
        assert await follow(system, file, told) == (401, "INVALID_TOKEN"), wrong
    late = signed(jwt.decode(link, options={"verify_signature": False}), exp=int(time.time()) - 1)
    assert await follow(system, file, late) == (401, "TOKEN_EXPIRED")


async def test_a_link_is_for_one_file_and_no_other_place(system: System) -> None:
    cast = await assemble(system, 4)
    file, other = await cast.file_of(ATTENDANT), await cast.file_of(ATTENDANT)
    link = await link_of(cast, ATTENDANT, file)
    for wrong in (other, NOWHERE):
        assert await follow(system, wrong, link) == (401, "INVALID_TOKEN")
    for path in ("/api/v1/auth/me", "/api/v1/conversations"):
        as_token = await system.client.get(path, headers={"Authorization": f"Bearer {link}"})
        assert as_token.status_code == 401
        assert (await system.client.get(path, params={"link": link})).status_code == 401
    for path in (f"/api/v1/media/{file}/link", f"/api/v1/media/{file}/retry"):
        assert (await system.client.post(path, params={"link": link})).status_code == 401


@pytest.mark.parametrize("how", ["log out", "another password", "deactivated"])
async def test_a_link_ends_with_its_session(system: System, how: str) -> None:
    cast = await assemble(system, 4)
    person, admin = cast.people[ATTENDANT], cast.people["admin"]
    file = await cast.file_of(ATTENDANT)
    link = await link_of(cast, ATTENDANT, file)
    user = f"/api/v1/users/{person.id}"
    match how:
        case "log out":
            await person.post("/auth/logout")
        case "another password":
            await system.client.put(user, json={"password": "OutraSenha456!"}, headers=admin.headers)
        case _:
            await system.client.delete(user, headers=admin.headers)
    assert await follow(system, file, link) == (401, "INVALID_TOKEN")


async def test_a_link_shows_nothing_to_who_may_not_see_it_any_more(system: System) -> None:
    cast = await assemble(system, 4)
    file = await cast.file_of(ATTENDANT)
    links = {who: await link_of(cast, who, file) for who in (ATTENDANT, SUPERVISOR)}
    path = f"/conversations/{cast.own[ATTENDANT]['id']}/transfer"
    assert (await cast.people[ATTENDANT].post(path, {"to_agent_id": cast.colleague.id})).status_code == 200
    assert await follow(system, file, links[ATTENDANT]) == (404, "NOT_FOUND")
    assert await follow(system, file, links[SUPERVISOR]) == (200, None)
