"""What a file is, by its own bytes: names and declared types are only claims."""

import codecs
from collections.abc import Sequence
from typing import Final

JPEG, PNG, GIF, WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
PDF, TEXT = "application/pdf", "text/plain"
DOC, XLS, PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OPEN_XML}.wordprocessingml.document"
XLSX = f"{_OPEN_XML}.spreadsheetml.sheet"
PPTX = f"{_OPEN_XML}.presentationml.presentation"
OGG, MP3, M4A, AMR, AAC = "audio/ogg", "audio/mpeg", "audio/mp4", "audio/amr", "audio/aac"
WEBM, WAV, FLAC = "audio/webm", "audio/wav", "audio/flac"
MP4, MP4_3GP = "video/mp4", "video/3gpp"
UNKNOWN = "application/octet-stream"

EXTENSIONS: Final = {
    JPEG: "jpg", PNG: "png", GIF: "gif", WEBP: "webp", PDF: "pdf", TEXT: "txt", DOC: "doc", XLS: "xls", PPT: "ppt",
    DOCX: "docx", XLSX: "xlsx", PPTX: "pptx", MP4: "mp4", MP4_3GP: "3gp", OGG: "ogg", MP3: "mp3", M4A: "m4a",
    AMR: "amr", AAC: "aac", WEBM: "weba", "video/webm": "webm", WAV: "wav", FLAC: "flac",
}  # fmt: skip

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007: one container for all three
_ZIP: Final = b"PK\x03\x04"
_FOLDERS: Final = {b"word/": DOCX, b"xl/": XLSX, b"ppt/": PPTX}
_RIFF: Final = {b"WEBP": WEBP, b"WAVE": WAV}
_MAGIC: Final[tuple[tuple[bytes, tuple[str, ...]], ...]] = (
    (b"\xff\xd8\xff", (JPEG,)),
    (b"\x89PNG\r\n\x1a\n", (PNG,)),
    (b"GIF8", (GIF,)),
    (b"%PDF-", (PDF,)),
    (_OLE, (DOC, XLS, PPT)),
    (b"OggS", (OGG,)),
    (b"#!AMR", (AMR,)),
    (b"ID3", (MP3,)),
    (b"\xff\xfb", (MP3,)),
    (b"\xff\xf3", (MP3,)),
    (b"\xff\xf2", (MP3,)),
    (b"\xff\xf1", (AAC,)),
    (b"\xff\xf9", (AAC,)),
    (b"\x1a\x45\xdf\xa3", (WEBM, "video/webm")),
    (b"fLaC", (FLAC,)),
)


def possible_types(chunks: Sequence[bytes]) -> tuple[str, ...]:
    """The mime types that a whole file, given in pieces, may have; empty when it looks like none of ours.

    An old Office file may be any of three; text is what decodes as UTF-8 and has no NUL.
    """
    head, tail = chunks[0], chunks[-1]
    for magic, types in _MAGIC:
        if head.startswith(magic):
            return types
    if head.startswith(_ZIP):
        return tuple(kind for folder, kind in _FOLDERS.items() if folder in head[:4096] or folder in tail[-65536:])
    if head.startswith(b"RIFF") and head[8:12] in _RIFF:
        return (_RIFF[head[8:12]],)
    if head[4:8] == b"ftyp":
        return (MP4_3GP,) if head[8:11] == b"3gp" else (MP4, M4A)
    return (TEXT,) if _is_text(chunks) else ()


def checked_type(declared: str | None, chunks: Sequence[bytes]) -> str:
    """The declared type if the bytes bear it out, else what the bytes are: what a browser may be told."""
    found = possible_types(chunks)
    wanted = essence(declared)
    if wanted in found:
        return wanted
    return found[0] if found else UNKNOWN


def essence(mime_type: str | None) -> str:
    """`audio/ogg; codecs=opus` is `audio/ogg`."""
    return (mime_type or "").partition(";")[0].strip().lower()


def type_of_name(filename: str | None) -> str | None:
    """What a file's name claims."""
    extension = (filename or "").rpartition(".")[2].lower()
    return _BY_EXTENSION.get("jpg" if extension == "jpeg" else extension)


_BY_EXTENSION: Final = {extension: kind for kind, extension in EXTENSIONS.items()}


def _is_text(chunks: Sequence[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for number, chunk in enumerate(chunks):
            if b"\0" in chunk:
                return False
            decoder.decode(chunk, number == len(chunks) - 1)
    except UnicodeDecodeError:
        return False
    return True
