"""Media at Meta: uploads with their limits, ids, and download addresses that live five minutes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from plantao_simulator.errors import GraphError
from plantao_simulator.wire import JsonObject

_KB, _MB = 1024, 1024 * 1024
# Largest size by mime type, as Meta's table has it.
_LIMITS = {
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MB),
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * _MB),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * _MB),
    "image/webp": 500 * _KB,
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        100 * _MB,
    ),
}
UPLOADED_LIFE = 30 * 24 * 3600
RECEIVED_LIFE = 7 * 24 * 3600
LARGEST = max(_LIMITS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One stored file. Meta writes its SHA-256 in base64 in webhooks and in hex in answers."""

    id: str
    content: bytes
    mime_type: str
    filename: str
    number: str | None = None
    """The business number it belongs to; None: any."""
    dies_at: float = float("inf")

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def sha256_base64(self) -> str:
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


class MediaStore:
    """Files by id. Addresses carry their expiry and a hash, so nobody can lengthen their life."""

    def __init__(self, life_seconds: float) -> None:
        self._life = life_seconds
        self._key = secrets.token_bytes(16)
        self._files: dict[str, Media] = {}
        self.uploads: list[str] = []
        """Ids of what the company uploaded, oldest first."""
        self.download_base: str | None = None
        """Where addresses point instead of the simulator: a trap for those who send their token anywhere."""

    def add(
        self,
        content: bytes,
        mime_type: str,
        filename: str,
        *,
        number: str | None = None,
        dies_at: float = float("inf"),
    ) -> Media:
        media = Media(
            id=str(10**15 + secrets.randbelow(9 * 10**15)),
            content=content,
            mime_type=mime_type,
            filename=filename,
            number=number,
            dies_at=dies_at,
        )
        self._files[media.id] = media
        return media

    def upload(self, content: bytes, mime_type: str, filename: str, number: str, now: float) -> Media:
        """Like `add`, refused with 100 when Meta would not take the type or the size."""
        limit = _LIMITS.get(mime_type.partition(";")[0].strip())
        if limit is None:
            raise GraphError(100, f"Param file must be a file with one of the following types: {', '.join(_LIMITS)}.")
        if not content or len(content) > limit:
            raise GraphError(100, f"Param file must have 1 to {limit} bytes for {mime_type}.")
        media = self.add(content, mime_type, filename, number=number, dies_at=now + UPLOADED_LIFE)
        self.uploads.append(media.id)
        return media

    def get(self, media_id: str) -> Media | None:
        return self._files.get(media_id)

    def of_number(self, media_id: str, number: str | None, now: float) -> Media | None:
        """The file if it still lives and is this number's. None stands for any number."""
        media = self._files.get(media_id)
        fits = media is not None and now < media.dies_at and (None in {number, media.number} or media.number == number)
        return media if fits else None

    def delete(self, media_id: str) -> bool:
        return self._files.pop(media_id, None) is not None

    def clear(self) -> None:
        self._files.clear()
        self.uploads.clear()
        self.download_base = None

    def url(self, media: Media, base: str, now: float, *, source: str = "getMedia") -> str:
        """The download address, on the simulator's own host instead of lookaside.fbsbx.com."""
        expires = str(int(now + self._life))
        query = {"mid": media.id, "source": source, "ext": expires, "hash": self._hash(media.id, expires)}
        base = self.download_base or base
        return f"{base.rstrip('/')}/whatsapp_business/attachments/?{urlencode(query)}"

    def opened(self, media_id: str, expires: str, given_hash: str, now: float) -> Media | None:
        """The file behind an address; None when it expired, was deleted or was made up."""
        honest = hmac.compare_digest(self._hash(media_id, expires).encode(), given_hash.encode())
        return self.of_number(media_id, None, now) if honest and now < int(expires) else None

    def described(self, media: Media, base: str, now: float) -> JsonObject:
        """The answer of `GET /<MEDIA_ID>`."""
        return {
            "messaging_product": "whatsapp",
            "url": self.url(media, base, now),
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": len(media.content),
            "id": media.id,
        }

    def _hash(self, media_id: str, expires: str) -> str:
        return hmac.new(self._key, f"{media_id}:{expires}".encode(), hashlib.sha256).hexdigest()[:32]


def parse_form(body: bytes, content_type: str) -> dict[str, tuple[bytes, str, str]]:
    """Fields of a multipart form: name -> (content, mime type, filename). Enough for Meta's one upload call."""
    marker, _, boundary = content_type.partition("boundary=")
    if not marker.startswith("multipart/form-data") or not boundary:
        raise GraphError(100, "The upload must be multipart/form-data.")
    delimiter = b"\r\n--" + boundary.split(";")[0].strip('"').encode()
    parts = (b"\r\n" + body).split(delimiter)[1:-1]
    return dict(_part(part.removeprefix(b"\r\n")) for part in parts)


def _part(part: bytes) -> tuple[str, tuple[bytes, str, str]]:
    head, _, content = part.partition(b"\r\n\r\n")
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    disposition = headers.get("content-disposition", "")
    mime = headers.get("content-type", "text/plain")
    return _quoted(disposition, "name"), (content, mime, _quoted(disposition, "filename"))


def _quoted(disposition: str, name: str) -> str:
    _, found, rest = disposition.partition(f'; {name}="')
    return rest.partition('"')[0] if found else ""
