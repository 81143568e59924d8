"""Access tokens that we did not issue, or not to this person, or not in this place: for REST and the socket."""

import base64
import contextlib
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.attacks.wire import get, said
from tests.stories.harness import JWT_SECRET, Json, Person, System
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from plantao.identity.models import Role

ME = "/api/v1/auth/me"
OTHER_KEY = "another-key-of-somebody-else-0123456789"


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def by_hand(header: Json, claims: Json, key: str, digest: str = "sha256") -> str:
    """Signed without a library, which would refuse to write such headers."""
    text = f"{part(header)}.{part(claims)}"
    signature = hmac.new(key.encode(), text.encode(), digest).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def ours(claims: Json, **changes: Any) -> str:
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(kept, JWT_SECRET, algorithm="HS256")


def forged(claims: Json, other: Json) -> dict[str, str]:
    """By what is wrong with it. `claims` are a good token's, `other` those of somebody else's good one."""
    hs256, now = {"alg": "HS256", "typ": "JWT"}, int(time.time())
    good = ours(claims)
    head_, body, signature = good.split(".")
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key_in_it = {"kty": "oct", "k": base64.urlsafe_b64encode(OTHER_KEY.encode()).decode()}
    return {
        "another key": jwt.encode(claims, OTHER_KEY, algorithm="HS256"),
        "the key in it": by_hand(hs256 | {"jwk": key_in_it}, claims, OTHER_KEY),
        "the key elsewhere": by_hand(hs256 | {"jku": "https://evil.example/keys", "kid": "1"}, claims, OTHER_KEY),
        "a file as key": by_hand(hs256 | {"kid": "../../../../dev/null"}, claims, "\0"),
        "SQL as key": by_hand(hs256 | {"kid": "x' UNION SELECT 'a'--"}, claims, "a"),
        "no algorithm": f"{part({'typ': 'JWT'})}.{body}.{signature}",
        "alg none": f"{part({'alg': 'none'})}.{body}.",
        "alg nOnE, signed": f"{part({'alg': 'nOnE'})}.{body}.{signature}",
        "alg empty": f"{part({'alg': ''})}.{body}.{signature}",
        "alg a list": f"{part({'alg': ['HS256', 'none']})}.{body}.{signature}",
        "HS512, our key": by_hand(hs256 | {"alg": "HS512"}, claims, JWT_SECRET, "sha512"),
        "HS384, our key": by_hand(hs256 | {"alg": "HS384"}, claims, JWT_SECRET, "sha384"),
        "RS256 said, HMAC done": by_hand(hs256 | {"alg": "RS256"}, claims, JWT_SECRET),
        "RS256": jwt.encode(claims, rsa_key, algorithm="RS256"),
        "unknown critical header": by_hand(hs256 | {"crit": ["exp2"], "exp2": 1}, claims, JWT_SECRET),
        "another issuer": ours(claims, iss="plantao.example"),
        "another audience": ours(claims, aud="webhook"),
        "many issuers": by_hand(hs256, claims | {"iss": ["plantao", "x"]}, JWT_SECRET),
        "no audience": ours(claims, aud=None),
        "no session": ours(claims, sid=None),
        "no end": ours(claims, exp=None),
        "somebody else's name": ours(claims, sub=other["sub"]),
        "somebody else's session": ours(claims, sid=other["sid"]),
        "a session of nobody": ours(claims, sid="00000000-0000-0000-0000-000000000000"),
        "a name of nobody": ours(claims, sub="999999"),
        "a huge name": ours(claims, sub="9" * 400),
        "expired": ours(claims, exp=now - 1, iat=now - 90_000),
        "an end before time": ours(claims, exp=-(10**12)),
        "an end beyond time": ours(claims, exp=10**30),
        "cut": good[:-1],
        "cut more": good[: len(good) // 2],
        "only dots": "..",
        "a part too many": f"{good}.{signature}",
        "another body": f"{head_}.{part(claims | {'sub': other['sub']})}.{signature}",
        "padded": f"{good}===",
        "the secret": JWT_SECRET,
        "a digest": hashlib.sha256(good.encode()).hexdigest(),
        "not ASCII": f"{good}é",
        "huge": good + "A" * 40_000,
        "deep": f"{base64.urlsafe_b64encode(b'[' * 20_000).decode()}.{body}.{signature}",
    }


def claims_of(person: Person) -> Json:
    found: Json = jwt.decode(person.token, JWT_SECRET, algorithms=["HS256"], audience="plantao")
    return found


async def two(system: System) -> tuple[Person, Person]:
    return await system.person(Role.ADMIN), await system.person(Role.ATTENDANT, "Carlos Nogueira")


async def socket_says(url: str, **options: Any) -> int | str:
    """The close code of a connection, `refused` before one, or `pong` when it is let in."""
    try:
        async with connect(url, compression=None, **options) as connection:
            with contextlib.suppress(ConnectionClosed):
                await connection.send('{"type":"ping"}')
                while json.loads(await connection.recv())["type"] != "pong":
                    pass
                return "pong"
            return connection.close_code or 0
    except (InvalidStatus, ValueError, EOFError):
        return "refused"


async def test_no_forged_token_is_let_in(system: System) -> None:
    admin, other = await two(system)
    let_in = {}
    for name, token in forged(claims_of(admin), claims_of(other)).items():
        answer = await system.client.get(ME, headers=[(b"Authorization", b"Bearer " + token.encode())])
        expected = "TOKEN_EXPIRED" if name.startswith("expired") else "INVALID_TOKEN"
        if (answer.status_code, answer.json()["error_code"]) != (401, expected):
            let_in[name] = answer.text
    assert let_in == {}


async def test_no_forged_token_opens_a_socket(system: System) -> None:
    admin, other = await two(system)
    let_in = {}
    for name, token in forged(claims_of(admin), claims_of(other)).items():
        in_query = await socket_says(f"{admin.url}/ws/chat?token={token}")
        if in_query not in {4401, "refused"}:
            let_in[f"{name}, in the query"] = in_query
        if token and token.isascii() and token.isprintable():
            offered = [Subprotocol("bearer"), Subprotocol(token)]
            if (in_protocol := await socket_says(f"{admin.url}/ws/chat", subprotocols=offered)) not in {
                4401,
                "refused",
            }:
                let_in[f"{name}, as protocol"] = in_protocol
    assert let_in == {}


async def test_a_good_token_is_let_in_where_it_belongs_and_nowhere_else(system: System) -> None:
    admin, _ = await two(system)
    token, chat = admin.token, f"{admin.url}/ws/chat"
    assert (await system.client.get(ME, headers={"Authorization": f"bearer {token}"})).status_code == 200
    assert await socket_says(f"{chat}?token={token}") == "pong"
    assert await socket_says(chat, subprotocols=[Subprotocol("bearer"), Subprotocol(token)]) == "pong"
    places: list[dict[str, Any]] = [
        {"params": {"token": token}},
        {"params": {"access_token": token}},
        {"headers": {"Cookie": f"token={token}; access_token={token}; session={token}"}},
        {"headers": {"X-Access-Token": token, "Proxy-Authorization": f"Bearer {token}"}},
        {"headers": {"Authorization": token}},
        {"headers": {"Authorization": f"Token {token}"}},
        {"headers": {"Authorization": f"Basic {base64.b64encode(f'admin:{token}'.encode()).decode()}"}},
        {"headers": {"Authorization": f"Bearer Bearer {token}"}},
        {"headers": {"Authorization": f"Bearer {token},{token}"}},
        {"headers": {"Sec-WebSocket-Protocol": f"bearer, {token}"}},
    ]
    for place in places:
        assert (await system.client.get(ME, **place)).status_code == 401, place
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"token={token}"}):
        assert await socket_says(chat, additional_headers=headers) == 4401
    for query in (f"access_token={token}", f"Token={token}", f"token=x&token%00={token}", f"token[]={token}"):
        assert await socket_says(f"{chat}?{query}") in {4401, "refused"}, query


async def test_of_two_tokens_the_second_is_not_a_second_chance(system: System) -> None:
    """A proxy that checks one header and a server that reads another would disagree."""
    admin, other = await two(system)
    bad, good = "Authorization: Bearer x.y.z", f"Authorization: Bearer {admin.token}"
    answer = await said(system, get(ME, bad, good))
    assert answer is not None
    assert answer.status == 401
    assert await socket_says(f"{admin.url}/ws/chat?token=x&token=y&token=") == 4401
    headers = {"Authorization": f"Bearer {other.token}"}
    assert (await system.client.get(f"/api/v1/users?token={admin.token}", headers=headers)).status_code == 403


async def test_a_scheme_without_a_token_is_nobody(system: System) -> None:
    for scheme in ("Bearer", "bearer", "BEARER", "Bearer ", "Bearer\t"):
        answer = await said(system, get(ME, f"Authorization: {scheme}"))
        assert answer is not None
        assert (answer.status, answer.json()["error_code"]) == (401, "INVALID_TOKEN")
        assert answer.headers["www-authenticate"] == "bearer"
