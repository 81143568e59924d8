"""Audio: taken as it is where WhatsApp plays it, else put into what WhatsApp plays as a voice note, Opus in Ogg."""

from io import BytesIO
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from plantao.kit.media.opened import opened, seconds_of
from plantao.kit.media.refusal import Facts, Refused

OGG: Final = "audio/ogg"
# Which codec each of Meta's types may hold. In Ogg it has to be mono as well.
KEPT: Final = {"audio/mp4": "aac", "audio/aac": "aac", "audio/mpeg": "mp3", "audio/amr": "amr_nb", OGG: "opus"}
RATE: Final = 48_000  # Opus has no other
VOICE_BITS, MUSIC_BITS = 32_000, 64_000  # a second


def audio(data: bytes, mime_type: str) -> tuple[Facts, bytes]:
    """An audio file."""
    with opened(data, mime_type) as container:
        stream = _stream(container)
        if _is_kept(container, stream, mime_type):
            return _facts(container, mime_type), b""
        return _facts(container, OGG), _as_ogg(container, stream, MUSIC_BITS)


def voice(data: bytes, mime_type: str) -> tuple[Facts, bytes]:
    """A voice note, as browsers and phones record it."""
    with opened(data, mime_type) as container:
        stream = _stream(container)
        if mime_type == OGG and _is_kept(container, stream, mime_type):
            return _facts(container, OGG), b""
        return _facts(container, OGG), _as_ogg(container, stream, VOICE_BITS)


def _stream(container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise Refused("no_audio")
    return container.streams.audio[0]


def _facts(container: InputContainer, mime_type: str) -> Facts:
    return {"mime_type": mime_type, "seconds": seconds_of(container), "animated": False}


def _is_kept(container: InputContainer, stream: AudioStream, mime_type: str) -> bool:
    # An MP3's "video" is its cover; a film is no audio file.
    is_film = mime_type != "audio/mpeg" and bool(container.streams.video)
    fits = _codec(stream) == KEPT.get(mime_type) and not is_film
    return fits and (mime_type != OGG or _is_mono(stream))


def _codec(stream: AudioStream) -> str:
    return stream.codec_context.codec.canonical_name


def _is_mono(stream: AudioStream) -> bool:
    return stream.codec_context.layout.nb_channels == 1


def _as_ogg(container: InputContainer, stream: AudioStream, bits: int) -> bytes:
    made = BytesIO()
    with av.open(made, "w", format="ogg") as out:
        if _codec(stream) == "opus" and _is_mono(stream):
            _copy(container, stream, out)
        else:
            _encode(container, stream, out, bits)
    return made.getvalue()


def _copy(container: InputContainer, stream: AudioStream, out: OutputContainer) -> None:
    """The same sound in another box: nothing is lost, and it costs next to nothing."""
    to = out.add_stream_from_template(stream)
    for packet in container.demux(stream):
        if packet.dts is not None:  # the last one is empty
            packet.stream = to
            out.mux(packet)


def _encode(container: InputContainer, stream: AudioStream, out: OutputContainer, bits: int) -> None:
    to = out.add_stream("libopus", rate=RATE, layout="mono")
    to.bit_rate = bits
    for frame in container.decode(stream):
        frame.pts = None  # a recorder's gaps would be holes in the encoder's count
        out.mux(to.encode(frame))
    out.mux(to.encode(None))
