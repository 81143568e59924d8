"""Who a request comes from, as far as a server can know.

Trusted are the proxies of the settings, and nobody else: what a stranger writes into `X-Forwarded-For` is not read.
"""

import ipaddress
from collections.abc import Sequence

import structlog
from starlette.types import Scope

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

log = structlog.get_logger(__name__)

MAX_HOPS = 20  # more proxies of one's own than anybody has
UNKNOWN = "unknown"  # the peer of a Unix socket
SUBSCRIBERS_BITS = 64  # of an IPv6 address: what one subscriber has all addresses of


class Clients:
    """Reads the client of a request from its connection, or from what a trusted proxy says of it."""

    def __init__(self, trusted_proxies: Sequence[str] = ()) -> None:
        """Addresses and networks. Raises ValueError."""
        self._trusted = tuple(ipaddress.ip_network(proxy) for proxy in trusted_proxies)
        self._warned = False

    def address(self, scope: Scope) -> str:
        """For counting: an IPv4 address, or the /64 network of an IPv6 address."""
        client = self._client(scope)
        if isinstance(client, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((client.packed, SUBSCRIBERS_BITS), strict=False))
        return str(client or UNKNOWN)

    def exact_address(self, scope: Scope) -> str:
        """For the record."""
        return str(self._client(scope) or UNKNOWN)

    def uses_tls(self, scope: Scope) -> bool:
        if scope["scheme"] == "https":
            return True
        forwarded = _header(scope, b"x-forwarded-proto")
        if not forwarded:
            return False
        peer = _peer(scope)
        return peer is not None and self._trusts(peer) and forwarded.rpartition(",")[2].strip().lower() == "https"

    def _client(self, scope: Scope) -> IPAddress | None:
        peer = _peer(scope)
        if peer is None:
            return None
        client = self._behind(peer, scope) if self._trusts(peer) else peer
        if client is peer:
            self._warn_of_a_proxy(peer, scope)
        return client

    def _behind(self, proxy: IPAddress, scope: Scope) -> IPAddress:
        """The rightmost hop that is no proxy of ours: what stands left of it, the client may have written."""
        nearest, rest = proxy, _header(scope, b"x-forwarded-for")
        for _ in range(MAX_HOPS):
            rest, _, last = rest.rpartition(",")
            hop = _parse(last)
            if hop is None:  # garbage, or nothing: the last one who is known
                return nearest
            nearest = hop
            if not self._trusts(hop):
                return hop
        return nearest

    def _trusts(self, address: IPAddress) -> bool:
        return any(address in network for network in self._trusted)

    def _warn_of_a_proxy(self, peer: IPAddress, scope: Scope) -> None:
        """Once: all clients of a proxy that is not named share one limit, and lock each other out."""
        if not self._warned and (peer.is_loopback or peer.is_private) and _header(scope, b"x-forwarded-for"):
            self._warned = True
            log.warning("proxy_not_trusted", peer=str(peer), setting="PLANTAO_TRUSTED_PROXIES")


def _peer(scope: Scope) -> IPAddress | None:
    return _parse(scope["client"][0]) if scope.get("client") else None


def _header(scope: Scope, name: bytes) -> str:
    """All headers of that name, as the one list that they mean."""
    return ",".join(str(value, "latin-1") for key, value in scope["headers"] if key == name)


def _parse(text: str) -> IPAddress | None:
    """An address as proxies write it: with a port, in brackets, with a zone, or as IPv4 within IPv6."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
