"""Small files for customers who send media without bringing any: a modem, a receipt, a babble, a speed test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_DIR = Path(__file__).parent / "samples"
_FILES = {
    "image": ("modem.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("voz.ogg", "audio/ogg; codecs=opus"),
    "document": ("comprovante.pdf", "application/pdf"),
    "sticker": ("figurinha.webp", "image/webp"),
}


@cache
def sample(kind: str) -> tuple[bytes, str, str]:
    """Content, mime type and filename for a media type."""
    filename, mime = _FILES[kind]
    return (_DIR / filename).read_bytes(), mime, filename
