"""What a child may not do. `timeit` runs any statement, which is all that such a child needs to be told."""

import asyncio

import pytest

from plantao.kit.confined import Bounds, ChildFailed, run_confined

MB = 1024 * 1024
BOUNDS = Bounds(seconds=20, memory=512 * MB, answer=MB)
TIGHT = Bounds(seconds=1, memory=512 * MB, answer=MB)


async def run(statement: str, bounds: Bounds = BOUNDS, data: bytes = b"") -> bytes:
    return await run_confined("timeit", ["-n", "1", "-r", "1", statement], [data], bounds)


async def test_it_is_given_bytes_and_answers_bytes() -> None:
    said = await run("import sys; print(sys.stdin.read()[::-1])", data=b"abc" * 100_000)
    assert said.startswith(b"cba" * 100_000)


@pytest.mark.parametrize(
    ("statement", "bounds", "why"),
    [
        ("bytearray(600 * 2**20)", BOUNDS, "ended with 1"),
        ("print('x' * 2**21)", BOUNDS, "ended with"),
        ("while True: pass", TIGHT, "took more than 1 s|ended with -9|ended with -24"),
        ("import time; time.sleep(60)", TIGHT, "took more than 1 s"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", BOUNDS, "ended with -11"),
        ("1 / 0", BOUNDS, "ended with 1"),
    ],
    ids=["memory", "answer", "processor", "clock", "crash", "error"],
)
async def test_its_bounds_hold(statement: str, bounds: Bounds, why: str) -> None:
    with pytest.raises(ChildFailed, match=why):
        await run(statement, bounds)


async def test_it_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTAO_JWT_SECRET", "segredo")
    said = await run("import os; print(dict(os.environ), os.listdir('/proc/self/fd'))")
    assert b"PLANTAO" not in said
    assert b"segredo" not in said


async def test_several_take_turns_and_the_loop_goes_on() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(beat())
    assert len(await asyncio.gather(*(run("pass") for _ in range(4)))) == 4
    beating.cancel()
    assert beats > 100
