"""What every answer tells browsers: nothing of it is theirs to run, frame, sniff, keep or send on.

There is no CORS: no other site's page has any business with the API.
"""

from collections.abc import Iterable

from starlette.types import Scope

from plantao.kit.http.clients import Clients

Headers = list[tuple[bytes, bytes]]

# A page of our own brings its own policy; what an endpoint sets is left alone.
SECURITY_HEADERS: Headers = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
# For this name only: other names of the provider's domain may not have TLS.
STRICT_TRANSPORT: Headers = [(b"strict-transport-security", b"max-age=31536000")]


class SecurityHeaders:
    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def beside(self, scope: Scope, present: Iterable[tuple[bytes, bytes]]) -> Headers:
        """What to add to an answer that has the headers `present`."""
        names = {name for name, _ in present}
        tls = STRICT_TRANSPORT if self._clients.uses_tls(scope) else []
        noted: Headers = scope.get(ANSWER_HEADERS, [])
        return [header for header in (*noted, *SECURITY_HEADERS, *tls) if header[0] not in names]


ANSWER_HEADERS = "plantao.answer_headers"  # in the scope: what a layer wants on the answer, whoever writes it
