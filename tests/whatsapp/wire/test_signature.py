import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantao.whatsapp.wire.signature import verify_signature

SECRET, OLD = b"app-secret", b"the-one-before"
BODY = b'{"object":"whatsapp_business_account"}'


def sign(body: bytes, secret: bytes = SECRET) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def test_a_known_vector() -> None:
    # RFC 4231, test case 2
    header = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert verify_signature(b"what do ya want for nothing?", header, [b"Jefe"])


def test_either_secret_signs_while_one_is_replaced() -> None:
    assert verify_signature(BODY, sign(BODY, OLD), [SECRET, OLD])
    assert verify_signature(BODY, sign(BODY), [SECRET, OLD])
    assert not verify_signature(BODY, sign(BODY, OLD), [SECRET])


def test_the_bytes_are_signed_as_metas_escaping_left_them() -> None:
    text = {"body": "está em https://example.com/f 😕"}
    sent = json.dumps(text, separators=(",", ":")).replace("/", "\\/").encode()
    assert verify_signature(sent, sign(sent), [SECRET])
    assert not verify_signature(json.dumps(text, separators=(",", ":")).encode(), sign(sent), [SECRET])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        sign(BODY)[7:],
        sign(BODY)[:-1],
        sign(BODY) + "0",
        "sha1=" + sign(BODY)[7:],
        "sha512=" + sign(BODY)[7:],
        "sha256=" + "é" * 64,
        "sha256=" + "\ud800" * 64,
        "sha256=" + "0" * 64,
        sign(b""),
    ],
)
def test_other_headers_are_refused(header: str | None) -> None:
    assert not verify_signature(BODY, header, [SECRET])


def test_hex_in_capitals_is_the_same_number() -> None:
    assert verify_signature(BODY, "sha256=" + sign(BODY)[7:].upper(), [SECRET])


def test_no_secret_and_an_empty_secret_verify_nothing() -> None:
    assert not verify_signature(BODY, sign(BODY), [])
    assert not verify_signature(BODY, sign(BODY, b""), [b""])


@given(st.binary(max_size=200), st.integers(0, 199), st.integers(1, 255))
def test_one_changed_byte_breaks_it(body: bytes, at: int, flip: int) -> None:
    header = sign(body)
    assert verify_signature(body, header, [SECRET])
    changed = bytearray(body or b"\0")
    changed[at % len(changed)] ^= flip
    assert not verify_signature(bytes(changed), header, [SECRET])
