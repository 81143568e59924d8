"""The console's built files, read once a process."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

INDEX: Final = "/index.html"
WORKER: Final = "/sw.js"  # the service worker; what it fetches is under a policy too
HASHED: Final = "/assets/"  # below it a name tells the content: another content has another name
ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}  # the first that a browser takes


@dataclass(frozen=True, slots=True)
class Asset:
    """`packed`: the same content, by content encoding, where the build found it worth it."""

    plain: bytes
    media_type: str
    etag: str
    cache_control: str
    packed: Mapping[str, bytes] = field(default_factory=dict)


@cache
def read_site() -> Mapping[str, Asset]:
    """By path (`/index.html`). Empty when the console has not been built."""
    found = dict(_walk(files("plantao.console") / "dist", ""))
    suffixes = tuple(ENCODINGS.values())
    return {path: _asset(path, found) for path in found if not path.endswith(suffixes)}


def _walk(directory: Traversable, above: str) -> list[tuple[str, bytes]]:
    if not directory.is_dir():
        return []
    found: list[tuple[str, bytes]] = []
    for entry in directory.iterdir():
        path = f"{above}/{entry.name}"
        found += _walk(entry, path) if entry.is_dir() else [(path, entry.read_bytes())]
    return [(path, content) for path, content in found if not path.startswith("/.")]


def _asset(path: str, found: Mapping[str, bytes]) -> Asset:
    content = found[path]
    packed = {name: found[path + suffix] for name, suffix in ENCODINGS.items() if path + suffix in found}
    kept = "public, max-age=31536000, immutable" if path.startswith(HASHED) else "no-cache"
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Asset(content, _media_type(path), etag, kept, packed)


def _media_type(path: str) -> str:
    """Not left to the system's own table alone: some call scripts plain text."""
    if path.endswith(".js"):
        return "text/javascript"
    if path.endswith(".webmanifest"):
        return "application/manifest+json"
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
