"""Another build of the console, made of the present one: every hashed file has another name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from plantao.console import site

HASH = re.compile(r"^/assets/.+-([\w-]{8})\.(?:js|css)$")
VERSION = re.compile(rb'"?version"?:\s*["`][0-9a-f]{16}["`]')
MARK = b'<meta name="build" content="next" />'


@contextmanager
def next_build() -> Iterator[None]:
    """The server has been exchanged: it serves the next build, and knows nothing of the present one."""
    walk = site._walk
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("plantao.console.site._walk", lambda directory, above: _renamed(walk(directory, above), above))
        site.read_site.cache_clear()
        yield
    site.read_site.cache_clear()


def _renamed(found: list[tuple[str, bytes]], above: str) -> list[tuple[str, bytes]]:
    if above:  # of a directory within
        return found
    hashes = {match[1].encode() for path, _ in found if (match := HASH.match(path))}
    pattern = re.compile(b"|".join(re.escape(one) for one in sorted(hashes)))

    def turned(text: bytes) -> bytes:
        return pattern.sub(lambda match: match[0][::-1], text)

    plain = [(path, content) for path, content in found if not path.endswith((".br", ".gz"))]
    texts = [(turned(path.encode()).decode(), _next(turned(content))) for path, content in plain]
    assert {path for path, _ in texts} != {path for path, _ in plain}
    return texts


def _next(content: bytes) -> bytes:
    return VERSION.sub(b'"version":"ffffffffffffffff"', content).replace(b"<title>", MARK + b"<title>")
