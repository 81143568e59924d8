"""What runs in the child: reads the standard input, writes a line of JSON and the new file, if one was made."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Final

from av.error import FFmpegError

from plantao.kit.media.refusal import Facts, Refused
from plantao.kit.media.sound import audio, voice
from plantao.kit.media.sticker import sticker
from plantao.kit.media.video import video

Task = Callable[[bytes, str], tuple[Facts, bytes]]

TASKS: Final[dict[str, Task]] = {"audio": audio, "voice": voice, "video": video, "sticker": sticker}
# What libraries raise for bytes that are not what they seem. Memory that is not given is said so, too.
_UNREADABLE: Final = (FFmpegError, OSError, ValueError, EOFError, SyntaxError, MemoryError)


def main(arguments: Sequence[str]) -> None:
    """`arguments`: the task, and the file's type."""
    task, mime_type = arguments
    facts, made = attempt(TASKS[task], sys.stdin.buffer.read(), mime_type)
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + made)
    sys.stdout.buffer.flush()


def attempt(task: Task, data: bytes, mime_type: str) -> tuple[Facts, bytes]:
    try:
        return task(data, mime_type)
    except Refused as refused:
        return {"refused": refused.reason, "found": refused.found}, b""
    except _UNREADABLE:
        return {"refused": "unreadable", "found": ""}, b""
