"""Looks into a picture, a video or a sound; a program of its own, with little memory and time, for strangers' files.

The file is the standard input, its mime type the first argument. The standard output is one line of JSON (width,
height, duration in seconds), then the preview as WebP, if there is one. It imports nothing of ours.
"""

import io
import json
import resource
import sys
import warnings
from typing import Any, Final

from PIL import Image, ImageOps

LONGEST: Final = 480  # pixels of the longer side of a preview
MOST_PIXELS: Final = 40_000_000  # of a picture: a phone's camera makes 12, the best 50, and Meta takes 5 MB
MEMORY: Final = 768 * 1024 * 1024
SECONDS: Final = 10  # of CPU
IMAGES: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
# By name: to guess would let a playlist in, which reads other files.
CONTAINERS: Final = {
    "video/mp4": "mp4", "video/3gpp": "mp4", "audio/mp4": "mp4", "audio/ogg": "ogg", "audio/mpeg": "mp3",
    "audio/aac": "aac", "audio/amr": "amr",
}  # fmt: skip

Seen = tuple[dict[str, Any], Image.Image | None]


def main(mime_type: str) -> None:
    _bound_ourselves()
    found = _of_image(IMAGES[mime_type]) if mime_type in IMAGES else _of_recording(CONTAINERS[mime_type])
    facts, picture = found
    preview = _preview(picture) if picture is not None else b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + preview)


def _bound_ourselves() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * 1024 * 1024, 4 * 1024 * 1024))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _of_image(kind: str) -> Seen:
    image = Image.open(sys.stdin.buffer, formats=[kind])
    rotated = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
    width, height = image.size[::-1] if rotated else image.size
    image.draft("RGB", (LONGEST, LONGEST))  # a JPEG need not be decoded in full
    return {"width": width, "height": height}, ImageOps.exif_transpose(image)


def _of_recording(container: str) -> Seen:
    import av  # noqa: PLC0415 - pictures, of which there are most, need not wait for it

    with av.open(sys.stdin.buffer, mode="r", format=container, metadata_errors="ignore") as recording:
        facts: dict[str, Any] = {}
        if recording.duration:
            facts["duration"] = round(recording.duration / av.time_base, 2)
        if not recording.streams.video:
            return facts, None
        stream = recording.streams.video[0]
        if stream.width * stream.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        stream.thread_type = "NONE"
        facts |= {"width": stream.width, "height": stream.height}
        frame: Any = next(recording.decode(stream))  # the library types frames only in part
        return facts, frame.to_image()


def _preview(picture: Image.Image) -> bytes:
    picture.thumbnail((LONGEST, LONGEST))
    transparent = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    written = io.BytesIO()
    picture.convert("RGBA" if transparent else "RGB").save(written, "WEBP", quality=78, method=2)
    return written.getvalue()


if __name__ == "__main__":
    main(sys.argv[1])
