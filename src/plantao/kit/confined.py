"""Work on a stranger's bytes in a process of its own: bounded in memory and time, and without our secrets.

Libraries that read media are large and written in C. What breaks one of them breaks the child, whose environment is
empty, which inherits no connection, and which may write nothing but its answer, up to a limit.
"""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Final

AT_ONCE: Final = 2  # children of one process; the rest waits
_THREADS: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="confined")


@dataclass(frozen=True, slots=True)
class Bounds:
    """`seconds`: of the clock, and of the processor; `memory` and `answer` in bytes."""

    seconds: int
    memory: int
    answer: int


class ChildFailed(Exception):
    """It died, took too long, or wanted more than it was given."""


async def run_confined(module: str, arguments: Sequence[str], data: Sequence[bytes], bounds: Bounds) -> bytes:
    """What `module.main(arguments)` writes to its standard output, given `data` on the standard input.

    Raises `ChildFailed`. A caller that is cancelled leaves the child to its bounds.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _run, module, list(arguments), data, bounds)


def _run(module: str, arguments: list[str], data: Sequence[bytes], bounds: Bounds) -> bytes:
    # Files, not pipes: a limit of the system holds for what is written to a file, whatever the child has become.
    with TemporaryFile() as given, TemporaryFile() as answer:
        given.writelines(data)
        given.seek(0)
        status = _wait(_command(module, arguments, bounds), given, answer, bounds.seconds)
        if status != 0:
            raise ChildFailed(f"ended with {status}")
        answer.seek(0)
        return answer.read(bounds.answer)


def _wait(command: list[str], given: IO[bytes], answer: IO[bytes], seconds: int) -> int:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter with our own arguments
            command,
            stdin=given,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env={},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChildFailed(f"took more than {seconds} s") from None
    return done.returncode


def _command(module: str, arguments: list[str], bounds: Bounds) -> list[str]:
    limits = [str(number) for number in (bounds.seconds, bounds.memory, bounds.answer)]
    return [sys.executable, "-I", "-m", "plantao.kit.confined_child", *limits, module, *arguments]
