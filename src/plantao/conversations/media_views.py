"""A message's file as the API and the socket show it."""

from enum import StrEnum
from typing import Any

import msgspec

MEDIA_PATH = "/api/v1/media"


class MediaState(StrEnum):
    """`pending`: it is being fetched from the channel; `failed`: it was not to be had, and can be asked for again."""

    PENDING = "pending"
    AVAILABLE = "available"
    FAILED = "failed"


class Media(msgspec.Struct, frozen=True, omit_defaults=False):
    """`size` in bytes, `width` and `height` in pixels, `duration` in seconds; null where not known.

    `id` and `thumbnail_url` are null of a file that we never had, because Meta fetches it. `url` is null until a
    customer's file is in our own storage. `error`: why it is not, for people.
    """

    url: str | None
    mime_type: str | None
    size: int | None
    filename: str | None
    id: str | None
    state: MediaState
    error: str | None
    thumbnail_url: str | None
    width: int | None
    height: int | None
    duration: float | None


def public_media(stored: dict[str, Any] | None) -> Media | None:
    """What a client may know of a stored file: not Meta's ids, nor its short-lived addresses.

    The address is ours; of a file that we never had, because Meta fetches it, the link that the sender gave.
    """
    if stored is None:
        return None
    id_, state = stored.get("file"), _state(stored)
    is_here = id_ is not None and state is MediaState.AVAILABLE
    return Media(
        url=f"{MEDIA_PATH}/{id_}" if is_here else stored.get("link"),
        mime_type=stored.get("mime_type"),
        size=stored.get("size"),
        filename=stored.get("filename"),
        id=id_,
        state=state,
        error=stored.get("error"),
        thumbnail_url=f"{MEDIA_PATH}/{id_}/thumbnail" if is_here and stored.get("thumbnail") else None,
        width=stored.get("width"),
        height=stored.get("height"),
        duration=stored.get("duration"),
    )


def _state(stored: dict[str, Any]) -> MediaState:
    """Messages of version 2.0.0 do not tell: theirs is here when it is named."""
    told = stored.get("state")
    if told is not None:
        return MediaState(told)
    return MediaState.AVAILABLE if stored.get("file") or stored.get("link") else MediaState.PENDING
