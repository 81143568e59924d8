"""Files are what their bytes are."""

import io
import zipfile

import pytest

from plantao.kit import file_types
from plantao.kit.file_types import DOC, DOCX, JPEG, PDF, PNG, PPT, TEXT, UNKNOWN, WEBP, XLS, XLSX


def office(folder: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>" * 1000)
        made.writestr(f"{folder}/document.xml", "x" * 9000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "types"),
    [
        (b"\xff\xd8\xff\xe0rest", (JPEG,)),
        (b"\x89PNG\r\n\x1a\nrest", (PNG,)),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", (WEBP,)),
        (b"%PDF-1.7\n", (PDF,)),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", (DOC, XLS, PPT)),
        (office("word"), (DOCX,)),
        (office("xl"), (XLSX,)),
        (office("outra"), ()),
        (b"\x00\x00\x00\x18ftyp3gp5", ("video/3gpp",)),
        (b"\x00\x00\x00\x18ftypisom", ("video/mp4", "audio/mp4")),
        (b"OggS\x00", ("audio/ogg",)),
        ("boleto à vista".encode(), (TEXT,)),
        ("boleto à vista".encode("latin-1"), ()),
        (b"MZ\x90\x00", ()),
    ],
)
def test_types_by_bytes(data: bytes, types: tuple[str, ...]) -> None:
    assert file_types.possible_types([data]) == types


def test_text_is_text_across_pieces() -> None:
    data = "ação" * 100
    pieces = [data.encode()[at : at + 7] for at in range(0, len(data.encode()), 7)]
    assert file_types.possible_types(pieces) == (TEXT,)
    assert file_types.possible_types([*pieces, b"\xc3"]) == ()


@pytest.mark.parametrize(
    ("declared", "data", "checked"),
    [
        ("audio/ogg; codecs=opus", b"OggS", "audio/ogg"),
        ("audio/mp4", b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        ("text/html", b"<html>", TEXT),
        ("image/svg+xml", b"<svg>", TEXT),
        ("image/png", b"MZ\x90\x00", UNKNOWN),
        (None, b"%PDF-", PDF),
    ],
)
def test_the_declared_type_counts_only_if_the_bytes_bear_it_out(declared: str, data: bytes, checked: str) -> None:
    assert file_types.checked_type(declared, [data]) == checked


@pytest.mark.parametrize(("name", "kind"), [("a.JPEG", JPEG), ("b.docx", DOCX), ("c", None), (None, None)])
def test_names_claim_types(name: str | None, kind: str | None) -> None:
    assert file_types.type_of_name(name) == kind
