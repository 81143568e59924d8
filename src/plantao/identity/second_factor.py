"""The second factor: time-based codes of an authenticator app (RFC 6238), and recovery codes for a lost phone.

A code is good once, within half a minute of its time to either side.
"""

import base64
import hashlib
import hmac
import re
import secrets
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import pyotp
from sqlalchemy import Connection

from plantao.identity import rules
from plantao.identity.errors import BadCode, InvalidToken, SecondFactorOff, SecondFactorOn, WrongPassword
from plantao.identity.models import (
    Actor,
    AuditAction,
    Enrolment,
    Origin,
    SecondFactorPolicy,
    SecondFactorState,
    User,
)
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository import audit, second_factors, sessions, users
from plantao.identity.repository.store import Store
from plantao.identity.repository.users import Credentials
from plantao.kit.clock import Clock
from plantao.kit.errors import NotFound
from plantao.kit.rates.attempts import FailureLimit

ISSUER = "Plantão"
INTERVAL_SECONDS = 30
DRIFT = 1  # intervals that a phone's clock may be off
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10  # 80 random bits: nothing to guess, so a fast hash is enough
_DIGITS = re.compile(r"\s*([0-9]{6})\s*")


class SecondFactors:
    """What one does to the own second factor."""

    def __init__(
        self, store: Store, clock: Clock, hasher: PasswordHasher, failures: FailureLimit, policy: SecondFactorPolicy
    ) -> None:
        """`failures`: counted with those of log-ins, for a stolen session must not guess on."""
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._failures = failures
        self._policy = policy

    async def state(self, actor: Actor) -> SecondFactorState:
        def work(connection: Connection) -> SecondFactorState:
            user = users.find(connection, actor.user_id)
            left = second_factors.count_recovery_codes(connection, actor.user_id)
            required = self._policy.demands(actor.role)
            return SecondFactorState(bool(user and user.second_factor), required, left)

        return await self._store.transaction(work)

    async def start(self, actor: Actor, password: str) -> Enrolment:
        """A new secret, of no effect until `confirm`. Raises `WrongPassword`, `SecondFactorOn`."""
        user = await self._check_password(actor, password)
        secret = pyotp.random_base32()
        if not await self._store.transaction(lambda connection: second_factors.offer(connection, user.id, secret)):
            raise SecondFactorOn
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER))

    async def confirm(self, actor: Actor, code: str, origin: Origin) -> list[str]:
        """Asked for from now on; all other sessions end. The recovery codes, shown this once.

        Raises `BadCode`, `SecondFactorOn`, and `SecondFactorOff` without a `start`.
        """
        now, recovery_codes = self._clock.now(), [_new_recovery_code() for _ in range(RECOVERY_CODES)]

        def work(connection: Connection) -> None:
            found = second_factors.lock(connection, actor.user_id)
            if found.confirmed_at is not None:
                raise SecondFactorOn
            if found.secret is None:
                raise SecondFactorOff
            if not _use_digits(connection, actor.user_id, found.secret, code, now):
                raise BadCode
            second_factors.confirm(connection, actor.user_id, now)
            second_factors.replace_recovery_codes(connection, actor.user_id, [_digest(one) for one in recovery_codes])
            sessions.revoke_others(connection, actor.user_id, actor.session_id, now)
            audit.add(connection, AuditAction.SECOND_FACTOR_ENABLED, actor.user_id, origin, now)

        async with self._counting(await self._credentials(actor)):
            await self._store.transaction(work)
        return recovery_codes

    async def disable(self, actor: Actor, password: str, code: str, origin: Origin) -> None:
        """Raises `WrongPassword`, `BadCode`, `SecondFactorOff`."""
        await self._check_password(actor, password)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if second_factors.lock(connection, actor.user_id).confirmed_at is None:
                raise SecondFactorOff
            if not consume_code(connection, actor.user_id, code, origin, now):
                raise BadCode
            second_factors.remove(connection, actor.user_id)
            audit.add(connection, AuditAction.SECOND_FACTOR_DISABLED, actor.user_id, origin, now)

        async with self._counting(await self._credentials(actor)):
            await self._store.transaction(work)

    async def _credentials(self, actor: Actor) -> Credentials:
        found = await self._store.read(lambda connection: users.find_own_credentials(connection, actor.user_id))
        if found is None:
            raise InvalidToken
        return found

    def _counting(self, credentials: Credentials) -> AbstractAsyncContextManager[None]:
        key = rules.failure_key(rules.email_key(credentials.user.email))
        return self._failures.counting(key, BadCode, WrongPassword)

    async def _check_password(self, actor: Actor, password: str) -> User:
        """A stolen session alone changes nothing. Raises `WrongPassword`."""
        rules.check_password_bytes(password)
        found = await self._credentials(actor)
        async with self._counting(found):
            if not (await self._hasher.verify(password, found.password_hash)).matches:
                raise WrongPassword
        return found.user


def reset(connection: Connection, user_id: int, origin: Origin, now: datetime) -> None:
    """Of somebody who has lost phone and codes: removed, and all sessions end.

    Raises `NotFound`, `SecondFactorOff`.
    """
    if users.lock(connection, user_id) is None:
        raise NotFound("Usuário não encontrado.")
    if second_factors.lock(connection, user_id).confirmed_at is None:
        raise SecondFactorOff
    second_factors.remove(connection, user_id)
    sessions.revoke_all_of(connection, user_id, now)
    audit.add(connection, AuditAction.SECOND_FACTOR_RESET, user_id, origin, now)


def consume_code(connection: Connection, user_id: int, code: str, origin: Origin, now: datetime) -> bool:
    """Uses up a code of the app or a recovery code, if it is one, in the transaction of what it is given for."""
    if _DIGITS.fullmatch(code):
        secret = second_factors.lock(connection, user_id).secret
        return secret is not None and _use_digits(connection, user_id, secret, code, now)
    if not second_factors.use_recovery_code(connection, user_id, _digest(code), now):
        return False
    audit.add(connection, AuditAction.RECOVERY_CODE_USED, user_id, origin, now)
    return True


def _use_digits(connection: Connection, user_id: int, secret: str, code: str, now: datetime) -> bool:
    digits = _DIGITS.fullmatch(code)
    interval = _interval_of(secret, digits[1], now) if digits else None
    return interval is not None and second_factors.use_interval(connection, user_id, interval)


def _interval_of(secret: str, digits: str, now: datetime) -> int | None:
    """The interval whose code this is. All of them are compared, whichever fits: the time taken tells nothing."""
    generator, present = pyotp.TOTP(secret), int(now.timestamp()) // INTERVAL_SECONDS
    candidates = range(present - DRIFT, present + DRIFT + 1)
    found = [n for n in candidates if hmac.compare_digest(generator.generate_otp(n), digits)]
    return found[-1] if found else None


def _new_recovery_code() -> str:
    """Sixteen letters and digits in groups of four."""
    letters = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[begin : begin + 4] for begin in range(0, len(letters), 4))


def _digest(code: str) -> bytes:
    """However it is typed: without regard to case, dashes and spaces."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).lower().encode("utf-8", "replace")).digest()
