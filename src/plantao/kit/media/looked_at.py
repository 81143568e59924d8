"""Our side: what is asked of the child, and what it answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec

from plantao.kit.confined import Bounds, ChildFailed, run_confined
from plantao.kit.file_types import EXTENSIONS
from plantao.kit.media.refusal import Refused

Word = Annotated[str, msgspec.Meta(max_length=100)]
Task = Literal["audio", "voice", "video", "sticker"]

MB: Final = 1024 * 1024
# Sixteen megabytes of speech are encoded in some seconds; the libraries alone take 300 MB of addresses.
BOUNDS: Final = Bounds(seconds=40, memory=1024 * MB, answer=17 * MB)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """`made`: the file in another shape; None when it was good as it was."""

    mime_type: str
    seconds: float | None
    animated: bool
    made: bytes | None


class _Answer(msgspec.Struct, frozen=True):
    mime_type: Word = ""
    seconds: float | None = None
    animated: bool = False
    refused: Word | None = None
    found: Word = ""


_decode = msgspec.json.Decoder(_Answer).decode


async def look_at(task: Task, chunks: Sequence[bytes], mime_type: str) -> LookedAt:
    """Raises `Refused`; for a child that failed, too: what breaks the reader cannot be played."""
    try:
        answer = await run_confined("plantao.kit.media.child", [task, mime_type], chunks, BOUNDS)
    except ChildFailed as failure:
        raise Refused("unreadable", str(failure)) from None
    line, _, made = answer.partition(b"\n")
    return _read(line, made)


def _read(line: bytes, made: bytes) -> LookedAt:
    """Believed no further than its shape: whatever the bytes did to the child, it can only have said one of these."""
    try:
        facts = _decode(line)
    except msgspec.DecodeError:
        raise Refused("unreadable", "no answer") from None
    if facts.refused is not None:
        raise Refused(facts.refused, facts.found)
    if facts.mime_type not in EXTENSIONS:
        raise Refused("unreadable", "no type")
    return LookedAt(facts.mime_type, facts.seconds, facts.animated, made or None)
