"""Video: only looked at. Putting it into shape would take minutes of a processor that answers customers meanwhile."""

from typing import Final

from plantao.kit.media.opened import opened, seconds_of
from plantao.kit.media.refusal import Facts, Refused

VIDEO_CODEC, AUDIO_CODEC = "h264", "aac"
_COVERS: Final = ("mjpeg", "png")


def video(data: bytes, mime_type: str) -> tuple[Facts, bytes]:
    """What WhatsApp plays is H.264, with AAC or without sound."""
    with opened(data, mime_type) as container:
        pictures = [stream.codec_context.codec.canonical_name for stream in container.streams.video]
        pictures = [name for name in pictures if name not in _COVERS]
        if not pictures:
            raise Refused("no_video")
        _check("video_codec", pictures, VIDEO_CODEC)
        sounds = [stream.codec_context.codec.canonical_name for stream in container.streams.audio]
        _check("audio_codec", sounds, AUDIO_CODEC)
        return {"mime_type": mime_type, "seconds": seconds_of(container), "animated": False}, b""


def _check(reason: str, found: list[str], wanted: str) -> None:
    for name in found:
        if name != wanted:
            raise Refused(reason, name)
