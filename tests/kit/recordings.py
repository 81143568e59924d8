"""Short files as browsers, phones and programs make them, made by the library itself."""

import math
import os
import struct
from io import BytesIO
from typing import Any

import av
from PIL import Image

RATE = 48_000


def sound(box: str, codec: str, *, layout: str = "mono", seconds: float = 0.5, rate: int = RATE) -> bytes:
    """A tone: `box` is FFmpeg's name of the format."""
    made = BytesIO()
    with av.open(made, "w", format=box) as out:
        stream: Any = out.add_stream(codec, rate=rate, layout=layout)
        for frame in _tone(layout, seconds, rate):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return made.getvalue()


def film(box: str, picture: str, audio: str | None = None) -> bytes:
    """Half a second of grey, with a tone or without."""
    made = BytesIO()
    with av.open(made, "w", format=box) as out:
        pictures: Any = out.add_stream(picture, rate=10, width=176, height=144, pix_fmt="yuv420p")
        tone = _sound_of(out, audio) if audio else None
        for _ in range(5):
            out.mux(pictures.encode(av.VideoFrame(176, 144, "yuv420p")))
        out.mux(pictures.encode(None))
        if tone is not None:
            for frame in _tone("mono", 0.5, tone.rate):
                out.mux(tone.encode(frame))
            out.mux(tone.encode(None))
    return made.getvalue()


def webp(side: int = 512, *, frames: int = 1, noise: bool = False) -> bytes:
    """A sticker; `noise` makes it heavy."""
    images = [_square(side, shade=40 * number, noise=noise) for number in range(frames)]
    made = BytesIO()
    images[0].save(
        made,
        "WEBP",
        lossless=not noise,
        quality=100,
        method=0,
        save_all=frames > 1,
        append_images=images[1:],
        duration=100,
    )
    return made.getvalue()


def facts(data: bytes, box: str) -> tuple[str, int, float]:
    """Codec, channels and seconds of an audio file: it is decoded to its end."""
    with av.open(BytesIO(data), "r", format=box) as container:
        stream = container.streams.audio[0]
        samples = sum(int(frame.samples) for frame in container.decode(stream))
        context = stream.codec_context
        return context.codec.canonical_name, context.layout.nb_channels, samples / context.sample_rate


def _sound_of(film: Any, codec: str) -> Any:
    return film.add_stream(codec, rate=8000 if codec == "libopencore_amrnb" else RATE, layout="mono")


def _square(side: int, *, shade: int, noise: bool) -> Image.Image:
    if noise:
        return Image.frombytes("RGB", (side, side), os.urandom(side * side * 3))
    return Image.new("RGBA", (side, side), (shade, 80, 120, 255))


def _tone(layout: str, seconds: float, rate: int) -> list[av.AudioFrame]:
    channels = 2 if layout == "stereo" else 1
    frames = []
    for start in range(0, int(seconds * rate), 1024):
        values = [int(8000 * math.sin(2 * math.pi * 440 * (start + n) / rate)) for n in range(1024)]
        data = b"".join(struct.pack("<h", value) * channels for value in values)
        frame = av.AudioFrame(format="s16", layout=layout, samples=1024)
        frame.planes[0].update(data)
        frame.sample_rate = rate
        frame.pts = start
        frames.append(frame)
    return frames
