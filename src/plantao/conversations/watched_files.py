"""Audio, video and stickers before they are sent: what WhatsApp would not play is told to who sends it, at once."""

from collections.abc import Sequence
from typing import Final

import structlog

from plantao.conversations.file_rules import NAMES
from plantao.conversations.models import MessageType
from plantao.kit.errors import ValidationFailed
from plantao.kit.media.looked_at import LookedAt, Task, look_at
from plantao.kit.media.refusal import Refused

log = structlog.get_logger(__name__)

_WORDS: Final = {
    "no_audio": "O arquivo não tem som.",
    "no_video": "O arquivo não tem imagem de vídeo.",
    "video_codec": "O WhatsApp não mostra vídeos em {found}: converta para MP4 com H.264 e AAC.",
    "audio_codec": "O WhatsApp não toca vídeos com som em {found}: converta para MP4 com H.264 e AAC.",
    "dimensions": "A figurinha deve ter 512x512 pixels, e esta tem {found}.",
    "weight": "Uma figurinha sem animação deve ter no máximo 100 KB.",
}


async def in_shape(kind: MessageType, chunks: Sequence[bytes], mime_type: str, *, voice: bool, field: str) -> LookedAt:
    """The file as WhatsApp plays it. Raises `ValidationFailed` on `field`."""
    try:
        return await look_at(_task(kind, voice=voice), chunks, mime_type)
    except Refused as refused:
        log.info("file_refused", type=kind, reason=refused.reason, found=refused.found)
        words = _WORDS.get(refused.reason, f"{NAMES[kind]} não pôde ser lido: o arquivo parece estar danificado.")
        raise ValidationFailed(words.format(found=refused.found), field=field) from None


def _task(kind: MessageType, *, voice: bool) -> Task:
    match kind:
        case MessageType.VIDEO:
            return "video"
        case MessageType.STICKER:
            return "sticker"
        case _:
            return "voice" if voice else "audio"
