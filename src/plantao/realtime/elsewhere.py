"""Who looks at a conversation in the other processes: each says it of its own sockets, and says it again.

A word is whole for its conversation and stands until the next one, or until its process has been silent for so long
that it must be dead. Nothing of it is in the database: it is worth no write, and a minute later it is no longer true.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from plantao.realtime.frames import Viewer

TOPIC: Final = "conversation.viewers"
RENEWED_EVERY: Final = timedelta(seconds=15)
LIFETIME: Final = 3 * RENEWED_EVERY
DOUBT: Final = timedelta(seconds=5)  # for the others to answer


class Word(msgspec.Struct, frozen=True, array_like=True):
    """Of one process. `looking`: all of its viewers of each conversation; `asks`: who looks at these?"""

    node: str
    looking: dict[UUID, list[Viewer]]
    asks: list[UUID]


encode_word = msgspec.msgpack.Encoder().encode
read_word = msgspec.msgpack.Decoder(Word).decode


@dataclass(frozen=True, slots=True)
class _Kept:
    viewers: list[Viewer]
    heard_at: datetime


class Elsewhere:
    """What the other processes have said of the conversations that somebody looks at here."""

    def __init__(self) -> None:
        self._words: dict[UUID, dict[str, _Kept]] = {}

    def keep(self, conversation_id: UUID, node: str, viewers: list[Viewer], now: datetime) -> None:
        words = self._words.setdefault(conversation_id, {})
        if viewers:
            words[node] = _Kept(viewers, now)
        else:
            words.pop(node, None)

    def of(self, conversation_id: UUID) -> Iterator[Viewer]:
        for kept in self._words.get(conversation_id, {}).values():
            yield from kept.viewers

    def forget(self, conversation_id: UUID) -> None:
        self._words.pop(conversation_id, None)

    def doubt_all(self, now: datetime) -> None:
        """Something may have been missed: what is not said again soon is no longer so."""
        heard = now - LIFETIME + DOUBT
        for words in self._words.values():
            for node, kept in words.items():
                words[node] = _Kept(kept.viewers, min(kept.heard_at, heard))

    def forget_silent(self, now: datetime) -> set[UUID]:
        """Of processes that are dead; the conversations that they had looked at."""
        before = now - LIFETIME
        silent = {
            (id_, node) for id_, words in self._words.items() for node, kept in words.items() if kept.heard_at < before
        }
        for id_, node in silent:
            del self._words[id_][node]
        return {id_ for id_, _ in silent}
