"""Meta's table of what may be uploaded, and how large. Of audio also what browsers record and people keep: it is put
into shape before."""

from typing import Final

from plantao.conversations.models import MessageType
from plantao.kit import file_types as ft

MB: Final = 1024 * 1024
MAX_BYTES: Final = {
    MessageType.IMAGE: 5 * MB,
    MessageType.VIDEO: 16 * MB,
    MessageType.AUDIO: 16 * MB,
    MessageType.DOCUMENT: 100 * MB,
    MessageType.STICKER: 500 * 1024,
}
ALLOWED: Final = {
    MessageType.IMAGE: (ft.JPEG, ft.PNG),
    MessageType.VIDEO: (ft.MP4, ft.MP4_3GP),
    MessageType.AUDIO: (ft.OGG, ft.MP3, ft.M4A, ft.AAC, ft.AMR, ft.WEBM, ft.WAV, ft.FLAC),
    MessageType.DOCUMENT: (ft.PDF, ft.TEXT, ft.DOCX, ft.XLSX, ft.PPTX, ft.DOC, ft.XLS, ft.PPT),
    MessageType.STICKER: (ft.WEBP,),
}
NAMES: Final = {
    MessageType.IMAGE: "A imagem",
    MessageType.VIDEO: "O vídeo",
    MessageType.AUDIO: "O áudio",
    MessageType.DOCUMENT: "O documento",
    MessageType.STICKER: "A figurinha",
}
# Other names by which programs and browsers declare the same.
ALIASES: Final = {
    "audio/x-wav": ft.WAV,
    "audio/wave": ft.WAV,
    "audio/vnd.wave": ft.WAV,
    "audio/x-m4a": ft.M4A,
    "audio/m4a": ft.M4A,
    "audio/mp3": ft.MP3,
    "audio/x-aac": ft.AAC,
    "audio/aacp": ft.AAC,
    "audio/x-flac": ft.FLAC,
    "audio/opus": ft.OGG,
    "application/ogg": ft.OGG,
    "image/jpg": ft.JPEG,
}
