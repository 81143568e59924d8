"""What passes by is told as if it had been held whole."""

import hashlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantao.kit import file_types
from plantao.kit.inspection import EDGE, Inspection


def told(data: bytes, step: int) -> Inspection:
    inspection = Inspection()
    for at in range(0, len(data), step):
        inspection.feed(data[at : at + step])
    return inspection


def docx(padding: int) -> bytes:
    """With what tells it at the end, as some programs write it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("picture.bin", bytes(padding))
        archive.writestr("word/document.xml", "<x/>")
    return made.getvalue()


FILES = {
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(200_000), ("image/png",)),
    "pdf": (b"%PDF-1.7" + b"x" * 10, ("application/pdf",)),
    "docx": (docx(300_000), (file_types.DOCX,)),
    "text": ("ação é à toa ".encode() * 20_000, ("text/plain",)),
    "text with a NUL in the middle": (b"a" * 100_000 + b"\0" + b"a" * 100_000, ()),
    "text that ends within a letter": ("é".encode() * 50_000 + b"\xc3", ()),
    "Latin-1 in the middle": (b"a" * 100_000 + b"\xe7" + b"a" * 100_000, ()),
    "mp4": (b"\0\0\0\x18ftypmp42" + bytes(100), ("video/mp4", "audio/mp4")),
    "nothing": (b"", ()),
    "a program": (b"MZ\x90\0", ()),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("step", [1000, 65_536, 10_000_000])
def test_a_type_is_told_from_pieces(name: str, step: int) -> None:
    data, types = FILES[name]
    inspection = told(data, step)
    assert inspection.possible_types() == types
    assert (inspection.size, inspection.sha256) == (len(data), hashlib.sha256(data).digest())


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400), st.integers(1, 50))
def test_text_is_text_wherever_it_is_cut(text: str, step: int) -> None:
    data = text.encode()
    whole = file_types.possible_types([data]) if data else ()
    assert told(data, step).possible_types() == whole


def test_the_declared_type_counts_if_the_bytes_bear_it_out() -> None:
    mp4 = told(b"\0\0\0\x18ftypmp42" + bytes(EDGE), 100)
    assert mp4.checked_type("audio/mp4; codecs=x") == "audio/mp4"
    assert mp4.checked_type("text/html") == mp4.checked_type(None) == "video/mp4"
    assert told(b"MZ\x90\0", 9).checked_type("image/png") == file_types.UNKNOWN
