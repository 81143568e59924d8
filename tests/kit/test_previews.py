"""Strangers' files are looked into without harm."""

import asyncio
import io
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

import plantao_simulator
from plantao.kit import previews
from plantao.kit.previews import MAX_BYTES, NONE, Preview, Previews

SAMPLES = Path(plantao_simulator.__file__).parent / "samples"


async def look(data: bytes, mime_type: str) -> Preview:
    async def chunks() -> AsyncIterator[bytes]:
        yield data

    return await Previews().look(chunks(), len(data), mime_type)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def opened(preview: Preview) -> Image.Image:
    assert preview.image is not None
    image = Image.open(io.BytesIO(preview.image))
    assert image.format == "WEBP"
    return image


@pytest.mark.parametrize(
    ("kind", "mime_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")]
)
async def test_a_picture_gets_a_small_one_of_its_shape(kind: str, mime_type: str) -> None:
    found = await look(encoded(Image.new("RGB", (2000, 500), "red"), kind), mime_type)
    assert (found.width, found.height, found.duration) == (2000, 500, None)
    small = opened(found)
    assert small.size == (480, 120)
    red, green, blue = small.convert("RGB").crop((240, 60, 241, 61)).tobytes()
    assert red > 200
    assert max(green, blue) < 60


async def test_a_small_picture_stays_small_and_clear_stays_clear() -> None:
    small = opened(await look(encoded(Image.new("RGBA", (60, 40), (0, 0, 0, 0)), "PNG"), "image/png"))
    assert (small.size, small.mode) == ((60, 40), "RGBA")
    assert small.getchannel("A").getextrema() == (0, 0)


async def test_a_photo_is_shown_as_it_was_held() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    found = await look(encoded(Image.new("RGB", (800, 200)), "JPEG", exif=turned), "image/jpeg")
    assert (found.width, found.height, opened(found).size) == (200, 800, (120, 480))


def video(frames: int = 30) -> bytes:
    picture: Any = av.VideoFrame  # the library types it only in part
    written = io.BytesIO()
    with av.open(written, "w", format="mp4") as recording:
        stream = recording.add_stream("mpeg4", rate=15)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for _ in range(frames):
            recording.mux(stream.encode(picture.from_image(Image.new("RGB", (640, 360), "blue"))))
        recording.mux(stream.encode())
    return written.getvalue()


async def test_a_video_shows_its_first_frame() -> None:
    found = await look(video(), "video/mp4")
    assert (found.width, found.height, found.duration, opened(found).size) == (640, 360, 2.0, (480, 270))


async def test_a_voice_note_has_a_length_and_no_picture() -> None:
    found = await look((SAMPLES / "voz.ogg").read_bytes(), "audio/ogg")
    assert (found.image, found.width) == (None, None)
    assert found.duration == pytest.approx(5.2, abs=0.1)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that is gigabytes of pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packed = zlib.compressobj(9)
    rows = b"".join(packed.compress(bytes(30_000)) for _ in range(500)) + packed.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


JPEG = (SAMPLES / "modem.jpg").read_bytes()
PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
HOSTILE = {
    "a bomb": (bomb(30_000, 30_000), "image/png"),
    "a larger bomb": (bomb(2**31 - 1, 2**31 - 1), "image/png"),
    "cut short": (JPEG[: len(JPEG) // 2], "image/jpeg"),
    "only a head": (JPEG[:20], "image/jpeg"),
    "another type": (JPEG, "image/png"),
    "noise": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, "image/png"),
    "a playlist": (PLAYLIST, "video/mp4"),
    "a playlist as sound": (PLAYLIST, "audio/mpeg"),
    "half a video": (video()[:500], "video/mp4"),
    "a script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/webp"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_has_no_preview_and_does_no_harm(name: str) -> None:
    async with asyncio.timeout(previews.SECONDS):
        assert (await look(*HOSTILE[name])).image is None


async def test_a_bomb_is_not_unpacked() -> None:
    """Refused by its size before a pixel is made, not by the memory that it would take."""
    assert await look(*HOSTILE["a bomb"]) == NONE
    within = await look(encoded(Image.new("1", (6000, 6000)), "PNG"), "image/png")
    assert opened(within).size == (480, 480)


async def test_who_does_not_answer_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "asleep.py"
    program.write_text("import signal\nsignal.pause()\n")
    monkeypatch.setattr(previews, "_PROGRAM", str(program))
    monkeypatch.setattr(previews, "SECONDS", 0.05)
    assert await look(JPEG, "image/jpeg") == NONE


@pytest.mark.parametrize("answer", ["", "nothing", "[]", '{"width": "x"}', "{}\nno picture"])
async def test_an_answer_that_is_none_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    program = tmp_path / "taken.py"
    program.write_text(f"print({answer!r}, end='')\n")
    monkeypatch.setattr(previews, "_PROGRAM", str(program))
    assert await look(JPEG, "image/jpeg") == NONE


async def test_other_types_and_large_files_are_not_looked_into() -> None:
    read = []

    async def watched() -> AsyncIterator[bytes]:
        read.append(True)
        yield JPEG

    assert await Previews().look(watched(), len(JPEG), "application/pdf") == NONE
    assert await Previews().look(watched(), MAX_BYTES + 1, "image/jpeg") == NONE
    assert read == []
    assert await Previews().look(watched(), len(JPEG), "image/jpeg") != NONE
