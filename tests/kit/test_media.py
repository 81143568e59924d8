"""What people record, film and stick: put into the shape that WhatsApp plays, or refused with a reason."""

import pytest
from tests.kit import recordings

from plantao.kit.media.child import TASKS, attempt
from plantao.kit.media.looked_at import look_at
from plantao.kit.media.refusal import Refused

WEBM_OPUS = recordings.sound("webm", "libopus")
OGG_OPUS = recordings.sound("ogg", "libopus")


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (WEBM_OPUS, "audio/webm"),
        (recordings.sound("webm", "libopus", layout="stereo"), "audio/webm"),
        (recordings.sound("ogg", "libopus", layout="stereo"), "audio/ogg"),
        (recordings.sound("mp4", "aac"), "audio/mp4"),
        (recordings.sound("adts", "aac", layout="stereo"), "audio/aac"),
        (recordings.sound("mp3", "libmp3lame", layout="stereo"), "audio/mpeg"),
        (recordings.sound("wav", "pcm_s16le", rate=44_100), "audio/wav"),
        (recordings.sound("flac", "flac"), "audio/flac"),
        (recordings.sound("amr", "libopencore_amrnb", rate=8000), "audio/amr"),
    ],
    ids=["webm", "webm-stereo", "ogg-stereo", "mp4", "aac", "mp3", "wav", "flac", "amr"],
)
def test_a_recording_becomes_a_voice_note(data: bytes, mime_type: str) -> None:
    told, made = attempt(TASKS["voice"], data, mime_type)
    assert (told["mime_type"], told["animated"]) == ("audio/ogg", False)
    codec, channels, seconds = recordings.facts(made, "ogg")
    assert (codec, channels) == ("opus", 1)
    assert 0.4 < seconds < 0.7


def test_what_is_a_voice_note_already_stays_as_it_is() -> None:
    told, made = attempt(TASKS["voice"], OGG_OPUS, "audio/ogg")
    assert (told["mime_type"], made) == ("audio/ogg", b"")
    assert told["seconds"] == pytest.approx(0.5, abs=0.1)


def test_mono_opus_is_only_put_into_another_box() -> None:
    _, made = attempt(TASKS["voice"], WEBM_OPUS, "audio/webm")
    # The very packets: the first of them, without the boxes' own bytes.
    assert WEBM_OPUS[-60:-40] in made


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (recordings.sound("mp4", "aac", layout="stereo"), "audio/mp4"),
        (recordings.sound("adts", "aac"), "audio/aac"),
        (recordings.sound("mp3", "libmp3lame", layout="stereo"), "audio/mpeg"),
        (recordings.sound("amr", "libopencore_amrnb", rate=8000), "audio/amr"),
        (OGG_OPUS, "audio/ogg"),
    ],
    ids=["mp4", "aac", "mp3", "amr", "ogg"],
)
def test_an_audio_file_that_whatsapp_plays_is_not_touched(data: bytes, mime_type: str) -> None:
    told, made = attempt(TASKS["audio"], data, mime_type)
    assert (told["mime_type"], made) == (mime_type, b"")


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (recordings.sound("wav", "pcm_s16le"), "audio/wav"),
        (recordings.sound("ogg", "libopus", layout="stereo"), "audio/ogg"),
        (recordings.sound("ogg", "flac"), "audio/ogg"),
        (recordings.film("mp4", "libx264", "aac"), "audio/mp4"),
    ],
    ids=["wav", "stereo", "flac-in-ogg", "film"],
)
def test_any_other_audio_file_becomes_one(data: bytes, mime_type: str) -> None:
    told, made = attempt(TASKS["audio"], data, mime_type)
    assert told["mime_type"] == "audio/ogg"
    assert recordings.facts(made, "ogg")[:2] == ("opus", 1)


def test_a_film_that_whatsapp_shows() -> None:
    for data in (recordings.film("mp4", "libx264", "aac"), recordings.film("mp4", "libx264")):
        told, made = attempt(TASKS["video"], data, "video/mp4")
        assert (told["mime_type"], made) == ("video/mp4", b"")


STICKER = recordings.webp()


@pytest.mark.parametrize(
    ("task", "data", "mime_type", "reason", "found"),
    [
        ("video", recordings.film("mp4", "mpeg4", "aac"), "video/mp4", "video_codec", "mpeg4"),
        ("video", recordings.film("3gp", "h263", "libopencore_amrnb"), "video/3gpp", "video_codec", "h263"),
        ("video", recordings.film("mp4", "libx264", "libmp3lame"), "video/mp4", "audio_codec", "mp3"),
        ("video", recordings.sound("mp4", "aac"), "video/mp4", "no_video", ""),
        ("audio", recordings.film("mp4", "libx264"), "audio/mp4", "no_audio", ""),
        ("voice", b"OggS" + bytes(500), "audio/ogg", "unreadable", ""),
        ("voice", WEBM_OPUS[:60], "audio/webm", "unreadable", ""),
        ("video", b"\0\0\0\x18ftypisom" + bytes(500), "video/mp4", "unreadable", ""),
        ("audio", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "audio/mpeg", "unreadable", ""),
        ("sticker", recordings.webp(256), "image/webp", "dimensions", "256x256"),
        ("sticker", recordings.webp(noise=True), "image/webp", "weight", ""),
        ("sticker", STICKER[:-20], "image/webp", "unreadable", ""),
        ("sticker", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", "unreadable", ""),
    ],
    ids=[
        "mpeg4",
        "h263",
        "mp3-in-mp4",
        "sound-as-video",
        "film-without-sound",
        "no-ogg",
        "cut-webm",
        "no-mp4",
        "playlist",
        "small-sticker",
        "heavy-sticker",
        "cut-sticker",
        "no-sticker",
    ],
)
def test_what_whatsapp_would_not_play_is_refused(
    task: str, data: bytes, mime_type: str, reason: str, found: str
) -> None:
    assert attempt(TASKS[task], data, mime_type) == ({"refused": reason, "found": found}, b"")


def test_stickers() -> None:
    assert attempt(TASKS["sticker"], STICKER, "image/webp")[0]["animated"] is False
    assert attempt(TASKS["sticker"], recordings.webp(frames=3), "image/webp")[0]["animated"] is True


async def test_the_child_answers_as_the_task_does() -> None:
    looked = await look_at("voice", [WEBM_OPUS[:100], WEBM_OPUS[100:]], "audio/webm")
    assert looked.made is not None
    assert recordings.facts(looked.made, "ogg")[:2] == ("opus", 1)
    with pytest.raises(Refused, match="video_codec: mpeg4"):
        await look_at("video", [recordings.film("mp4", "mpeg4")], "video/mp4")
