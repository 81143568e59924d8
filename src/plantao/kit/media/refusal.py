"""What is told of a file, and why one is refused. Imports nothing: both sides of the pipe use it."""

from typing import Any

Facts = dict[str, Any]
"""`mime_type`, `seconds` or null, `animated`; or `refused` and what was `found` instead."""


class Refused(Exception):
    """`reason`: unreadable, no_audio, no_video, audio_codec, video_codec, dimensions, weight."""

    def __init__(self, reason: str, found: str = "") -> None:
        super().__init__(f"{reason}: {found}")
        self.reason = reason
        self.found = found
