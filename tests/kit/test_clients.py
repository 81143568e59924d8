"""Who a request comes from, and whom it may not pretend to come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Scope

from plantao.kit.http.clients import UNKNOWN, Clients

TRUSTED = ("10.0.0.0/8", "127.0.0.1", "fd00::/8")


def scope(peer: str | None, *forwarded: str, proto: str | None = None, scheme: str = "http") -> Scope:
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    return {"client": (peer, 4711) if peer else None, "headers": headers, "scheme": scheme}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),  # a stranger's word
        ("10.1.2.3", (), "10.1.2.3"),
        ("10.1.2.3", ("198.51.100.1",), "198.51.100.1"),
        ("127.0.0.1", ("1.1.1.1, 198.51.100.1",), "198.51.100.1"),  # the left one the client wrote
        ("127.0.0.1", ("1.1.1.1", "198.51.100.1"), "198.51.100.1"),  # the same as two headers
        ("127.0.0.1", ("198.51.100.1, 10.9.9.9, 10.8.8.8",), "198.51.100.1"),  # through three of ours
        ("127.0.0.1", ("1.1.1.1, garbage, 10.9.9.9",), "10.9.9.9"),
        ("127.0.0.1", ("garbage",), "127.0.0.1"),
        ("127.0.0.1", ("",), "127.0.0.1"),
        ("127.0.0.1", (" , ,",), "127.0.0.1"),
        ("127.0.0.1", ("198.51.100.1:5123",), "198.51.100.1"),
        ("127.0.0.1", ("[2001:db8:1:2:3::4]:5123",), "2001:db8:1:2::/64"),
        ("127.0.0.1", ("fe80::1%eth0",), "fe80::/64"),
        ("127.0.0.1", ("::ffff:198.51.100.1",), "198.51.100.1"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("fd00::5", ("198.51.100.1",), "198.51.100.1"),
        ("2001:db8:1:2::1", (), "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", (), "2001:db8:1:2::/64"),
        ("127.0.0.1", (", ".join(["10.0.0.1"] * 5000),), "10.0.0.1"),
        (None, ("198.51.100.1",), UNKNOWN),
    ],
)
def test_the_client_is_the_rightmost_hop_that_is_not_ours(
    peer: str | None, forwarded: tuple[str, ...], client: str
) -> None:
    assert Clients(TRUSTED).address(scope(peer, *forwarded)) == client


@given(st.text(st.characters(max_codepoint=255)), st.text(st.characters(max_codepoint=255)))
def test_whatever_is_written_into_the_header_harms_nobody(left: str, right: str) -> None:
    clients = Clients(TRUSTED)
    assert clients.address(scope("127.0.0.1", left, right))
    assert clients.address(scope("203.0.113.9", left, right)) == "203.0.113.9"
    assert clients.address(scope("127.0.0.1", f"{left}, 198.51.100.1")) == "198.51.100.1"


@pytest.mark.parametrize(
    ("peer", "proto", "scheme", "tls"),
    [
        ("203.0.113.9", None, "https", True),
        ("203.0.113.9", "https", "http", False),
        ("10.0.0.1", "https", "http", True),
        ("10.0.0.1", "HTTPS", "http", True),
        ("10.0.0.1", "https, http", "http", False),
        ("10.0.0.1", "http", "http", False),
        ("10.0.0.1", None, "http", False),
        (None, "https", "http", False),
    ],
)
def test_tls_is_believed_of_the_connection_and_of_our_proxies(
    peer: str | None, proto: str | None, scheme: str, tls: bool
) -> None:
    assert Clients(TRUSTED).uses_tls(scope(peer, proto=proto, scheme=scheme)) is tls
