import asyncio

import pytest

from plantao.identity.passwords import PasswordHasher
from plantao.kit.errors import ServiceUnavailable


@pytest.fixture
def hasher(real_hasher: PasswordHasher) -> PasswordHasher:
    return real_hasher


async def test_a_hash_is_argon2id_with_our_parameters(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("SenhaSegura123!")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hasher.verify("SenhaSegura123!", stored) == (True, None)
    assert await hasher.verify("SenhaSegura123?", stored) == (False, None)


async def test_nobody_matches_nothing_and_costs_a_hash(hasher: PasswordHasher) -> None:
    assert hasher._dummy.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    for password in ("", "None", "SenhaSegura123!"):
        assert await hasher.verify(password, None) == (False, None)


async def test_a_hash_with_other_parameters_is_made_anew(hasher: PasswordHasher) -> None:
    old = PasswordHasher(memory_kib=1024, passes=1)
    stored = await old.hash("SenhaSegura123!")
    old.close()
    matches, rehashed = await hasher.verify("SenhaSegura123!", stored)
    assert matches
    assert rehashed is not None
    assert await hasher.verify("SenhaSegura123!", rehashed) == (True, None)
    assert await hasher.verify("errada", stored) == (False, None)


async def test_the_queue_is_bounded_and_recovers() -> None:
    hasher = PasswordHasher(memory_kib=1024, threads=1, max_waiting=2)
    answers = await asyncio.gather(*(hasher.hash("x") for _ in range(10)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ServiceUnavailable)]
    assert len(refused) == 7
    assert refused[0].headers == {"Retry-After": "2"}
    assert await hasher.hash("x")
    hasher.close()


async def test_one_who_gives_up_leaves_the_queue() -> None:
    hasher = PasswordHasher(memory_kib=1024, threads=1, max_waiting=0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await hasher.hash("x")
    assert await hasher.hash("x")
    hasher.close()


async def test_the_loop_turns_while_a_hash_is_made(hasher: PasswordHasher) -> None:
    task = asyncio.create_task(hasher.hash("x"))
    turns = 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 20


async def test_nobody_is_verified_against_the_dummy(hasher: PasswordHasher) -> None:
    other = PasswordHasher(memory_kib=1024, passes=1)
    other._dummy = await hasher.hash("x")  # if it is really asked, this one matches, and is too old
    matches, rehashed = await other.verify("x", None)
    other.close()
    assert matches
    assert rehashed is not None
