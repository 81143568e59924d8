"""Access tokens: what is issued, and every way in which one is refused."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
import pytest

from plantao.identity.errors import InvalidToken, TokenExpired
from plantao.identity.models import Role, User
from plantao.identity.tokens import ACCESS_SECONDS, AccessTokens, new_refresh_token, refresh_digest
from plantao.kit.clock import ManualClock

KEY, OLD_KEY, FOREIGN_KEY = "new-" * 10, "old-" * 10, "foreign-" * 5
START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
USER = User(7, "ana@provedor.example", "Ana", Role.ADMIN, is_active=True, created_at=START)
HOLDER = (USER, UUID("0197f000-0000-7000-8000-000000000001"))
GOOD = {
    "iss": "plantao",
    "aud": "plantao",
    "sub": "7",
    "name": "Ana",
    "role": "admin",
    "amr": ["pwd"],
    "sid": str(HOLDER[1]),
    "jti": "x",
    "iat": int(START.timestamp()),
    "exp": int(START.timestamp()) + 60,
}


@pytest.fixture
def tokens(clock: ManualClock) -> AccessTokens:
    return AccessTokens([KEY, OLD_KEY], clock)


def _encode(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _signed(changes: dict[str, Any], key: str = KEY, algorithm: str = "HS256") -> str:
    payload = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return jwt.encode(payload, key, algorithm=algorithm)


def test_an_issued_token_carries_the_claims(tokens: AccessTokens) -> None:
    token = tokens.issue(*HOLDER)
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    payload = jwt.decode(token, options={"verify_signature": False})
    assert payload.pop("jti")
    assert payload == {
        "iss": "plantao",
        "aud": "plantao",
        "sub": "7",
        "name": "Ana",
        "role": "admin",
        "amr": ["pwd"],
        "sid": str(HOLDER[1]),
        "iat": int(START.timestamp()),
        "exp": int(START.timestamp()) + 86_400,
    }
    assert tokens.read(token)[:2] == (USER.id, HOLDER[1])
    assert token != tokens.issue(*HOLDER)


def test_it_expires_by_our_clock(tokens: AccessTokens, clock: ManualClock) -> None:
    token = tokens.issue(*HOLDER)
    clock.advance(seconds=ACCESS_SECONDS - 1)
    assert tokens.read(token)[:2] == (USER.id, HOLDER[1])
    clock.advance(seconds=1)
    with pytest.raises(TokenExpired):
        tokens.read(token)


def test_keys_rotate(tokens: AccessTokens, clock: ManualClock) -> None:
    old = AccessTokens([OLD_KEY], clock)
    assert tokens.read(old.issue(*HOLDER))[:2] == (USER.id, HOLDER[1])
    with pytest.raises(InvalidToken):
        old.read(tokens.issue(*HOLDER))


@pytest.mark.parametrize("keys", [[], ["short"], [KEY, "x" * 31]])
def test_weak_keys_are_refused(keys: list[str], clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        AccessTokens(keys, clock)


BAD_TOKENS = {
    "empty": "",
    "words": "a.b.c",
    "no text": "\ud800.\ud800.\ud800",
    "not ascii": "é.é.é",
    "foreign key": _signed({}, FOREIGN_KEY),
    "other algorithm": _signed({}, KEY * 2, "HS512"),
    "none": f"{_encode({'alg': 'none', 'typ': 'JWT'})}.{_encode(GOOD)}.",
    "None": f"{_encode({'alg': 'None'})}.{_encode(GOOD)}.",
    "no algorithm": f"{_encode({})}.{_encode(GOOD)}.",
    "no signature": _signed({}).rpartition(".")[0] + ".",
    "two parts": _signed({}).rpartition(".")[0],
    "other payload": ".".join([_signed({}).split(".")[0], _encode({**GOOD, "sub": "1"}), _signed({}).split(".")[2]]),
    "deep header": base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".e30.e30",
    "wrong audience": _signed({"aud": "other"}),
    "wrong issuer": _signed({"iss": "other"}),
    "sub no number": _signed({"sub": "admin"}),
    "sub no text": _signed({"sub": 7}),
    "sid no uuid": _signed({"sid": "1"}),
    "sid a number": _signed({"sid": 1}),
    "exp no number": _signed({"exp": "soon"}),
    "exp a list": _signed({"exp": [1]}),
    **{f"no {claim}": _signed({claim: None}) for claim in GOOD},
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_what_we_did_not_issue_is_invalid(tokens: AccessTokens, name: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.read(BAD_TOKENS[name])


def test_the_table_above_starts_from_a_good_token(tokens: AccessTokens) -> None:
    assert tokens.read(_signed({}))[:2] == (USER.id, HOLDER[1])


def test_a_refresh_token_has_256_bits_and_is_stored_hashed() -> None:
    one, other = new_refresh_token(), new_refresh_token()
    assert one != other
    assert len(base64.urlsafe_b64decode(one + "=")) == 32
    assert len(refresh_digest(one)) == 32
    assert one.encode() not in refresh_digest(one)


def test_a_token_that_was_good_before_expires_all_the_same(tokens: AccessTokens, clock: ManualClock) -> None:
    token = tokens.issue(*HOLDER)
    assert tokens.read(token) == tokens.read(token)
    clock.advance(seconds=ACCESS_SECONDS)
    with pytest.raises(TokenExpired):
        tokens.read(token)


def test_what_one_process_found_good_is_not_good_for_another_key(tokens: AccessTokens, clock: ManualClock) -> None:
    token = tokens.issue(*HOLDER)
    tokens.read(token)
    with pytest.raises(InvalidToken):
        AccessTokens([FOREIGN_KEY], clock).read(token)
