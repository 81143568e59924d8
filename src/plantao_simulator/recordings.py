"""What a browser's microphone records becomes what a customer's phone sends: mono Opus in an Ogg file."""

from __future__ import annotations

import io

import av
from av.audio.resampler import AudioResampler

VOICE_TYPE = "audio/ogg; codecs=opus"
_RATE = 48_000


def as_voice_note(recorded: bytes) -> bytes:
    """WebM, MP4 or Ogg in, Ogg out. ValueError if there is no sound in it. Takes a while: not for the event loop."""
    made = io.BytesIO()
    try:
        with av.open(io.BytesIO(recorded), "r") as source, av.open(made, "w", format="ogg") as target:
            voice = target.add_stream("libopus", rate=_RATE, layout="mono")
            resampler = AudioResampler(format="s16", layout="mono", rate=_RATE)
            for frame in source.decode(source.streams.audio[0]):
                target.mux([packet for part in resampler.resample(frame) for packet in voice.encode(part)])
            rest = [packet for part in resampler.resample(None) for packet in voice.encode(part)]
            target.mux(rest + voice.encode(None))
    except (av.error.FFmpegError, IndexError) as error:
        message = "this is not a recording"
        raise ValueError(message) from error
    return made.getvalue()
