"""The client of Meta's Graph API: one call, one outcome. Nothing is repeated here; the outbox decides."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Final

import httpx2
import msgspec
from msgspec import Struct

from plantao.whatsapp.graph.answers import MAX_ANSWER, read_answer
from plantao.whatsapp.graph.errors import NotSent, OutcomeUnknown
from plantao.whatsapp.graph.files import FileInfo, FileRefused, Multipart, may_be_asked, transfer_seconds
from plantao.whatsapp.graph.messages import OutgoingPayload
from plantao.whatsapp.graph.payloads import build_body, mark_read_body
from plantao.whatsapp.graph.tokens import FixedToken, Token
from plantao.whatsapp.wire.fields import JsonObject, Malformed, ident, is_bsuid, is_phone, label, obj, objects, text

_FILE_ID: Final = re.compile(r"[\w.=-]*\w[\w.=-]*", re.ASCII)  # an address in its place would be asked, with our token
_FIELDS: Final = "id,display_phone_number,verified_name,quality_rating,name_status,status,throughput,account_mode"
# These happen before a byte of the request is written.
_BEFORE_SENDING: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


class SendResult(Struct, frozen=True):
    """Meta accepted a message (it is not delivered yet). `wa_id` is the id that webhooks will use: store it."""

    wamid: str
    wa_id: str | None
    bsuid: str | None
    message_status: str | None


class PhoneNumberInfo(Struct, frozen=True):
    """The business's number, in Meta's words: quality GREEN | YELLOW | RED | UNKNOWN, status CONNECTED and others."""

    id: str | None
    display_phone_number: str | None
    verified_name: str | None
    quality_rating: str | None
    name_status: str | None
    status: str | None
    throughput_level: str | None
    account_mode: str | None


@lru_cache
def _authorities() -> ssl.SSLContext:
    """Whom we trust: reading them costs more than all else that a client needs, so all numbers share them."""
    return httpx2.create_ssl_context()


class GraphClient:
    """Calls for one business phone number. Times are in seconds.

    Every call raises a GraphFailure: GraphError (Meta refused), NotSent, or OutcomeUnknown.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        phone_number_id: str,
        access_token: str | Token,
        *,
        connect_timeout: float = 3.0,
        read_timeout: float = 15.0,
        pool_timeout: float = 3.0,
        total_timeout: float = 20.0,
        max_connections: int = 50,
    ) -> None:
        self._phone_number_id = phone_number_id
        self._token = FixedToken(access_token) if isinstance(access_token, str) else access_token
        self._total_timeout = total_timeout
        self._http = httpx2.AsyncClient(
            base_url=f"{base_url.rstrip('/')}/{version}/",
            headers={"Accept": "application/json"},
            timeout=httpx2.Timeout(read_timeout, connect=connect_timeout, pool=pool_timeout),
            limits=httpx2.Limits(max_connections=max_connections, keepalive_expiry=15),
            verify=_authorities(),
            follow_redirects=False,  # the token goes to the configured host only
        )

    def __repr__(self) -> str:
        return f"GraphClient({str(self._http.base_url)!r}, {self._phone_number_id!r})"

    async def aclose(self) -> None:
        await self._http.aclose()

    async def send(self, payload: OutgoingPayload) -> SendResult:
        """Sends one message. Raises PayloadError before any call, for what Meta would refuse."""
        answer = await self._post("messages", build_body(payload))
        try:
            return _send_result(answer)
        except Malformed as reason:
            raise OutcomeUnknown(f"accepted, but {reason}") from None

    async def mark_read(self, wamid: str, *, typing: bool = False) -> None:
        """Marks a customer's message, and all before it, as read; `typing` shows that an answer is coming."""
        await self._post("messages", mark_read_body(wamid, typing=typing))

    async def phone_number(self) -> PhoneNumberInfo:
        """What Meta thinks of our number: for a readiness page, not for liveness."""
        answer = await self.call("GET", self._phone_number_id, params={"fields": _FIELDS})
        return PhoneNumberInfo(
            id=label(answer, "id"),
            display_phone_number=label(answer, "display_phone_number"),
            verified_name=label(answer, "verified_name"),
            quality_rating=label(answer, "quality_rating"),
            name_status=label(answer, "name_status"),
            status=label(answer, "status"),
            throughput_level=label(obj(answer, "throughput"), "level"),
            account_mode=label(answer, "account_mode"),
        )

    async def upload(self, chunks: AsyncIterable[bytes], size: int, mime_type: str) -> str:
        """Brings a file to Meta; answers its id, good for 30 days. Doing it twice does no harm."""
        form = Multipart(chunks, size, mime_type)
        headers = {"Content-Type": form.content_type, "Content-Length": str(form.length)}
        path = f"{self._phone_number_id}/media"
        answer = await self._exchange("POST", path, aiter(form), headers, total=transfer_seconds(size))
        media_id = ident(answer, "id")
        if media_id is None:
            raise OutcomeUnknown("uploaded, but the answer names no file")
        return media_id

    async def file_info(self, media_id: str) -> FileInfo:
        """Where a customer's file is to be fetched, within five minutes. Raises `FileRefused` for what is no id."""
        if not _FILE_ID.fullmatch(media_id):
            raise FileRefused("what names the file is no id")
        answer = await self.call("GET", media_id, params={"phone_number_id": self._phone_number_id})
        url, size = text(answer, "url", 8192), text(answer, "file_size", 20)
        if not url:
            raise OutcomeUnknown("the answer names no address")
        return FileInfo(
            url=url,
            mime_type=label(answer, "mime_type"),
            sha256=label(answer, "sha256"),
            size=int(size) if size and size.isascii() and size.isdecimal() else None,
        )

    @asynccontextmanager
    async def download(self, url: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes behind an address of `file_info`. Redirects are not followed; the caller bounds size and time."""
        try:
            address = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError):
            raise FileRefused("the address is no URL") from None
        if not may_be_asked(address, self._http.base_url):
            raise FileRefused("the address is not one that may see the token")
        try:
            headers = {"Accept": "*/*"} | _bearer(self._token.current())
            async with self._http.stream("GET", address, headers=headers) as response:
                if response.status_code != 200:
                    raise NotSent(f"HTTP {response.status_code} for a file")
                yield response.aiter_bytes(65536)
        except (httpx2.HTTPError, TimeoutError) as error:
            raise NotSent(_describe(error)) from None

    async def call(
        self, method: str, path: str, *, body: JsonObject | None = None, params: dict[str, str] | None = None
    ) -> JsonObject:
        """One call below the version, JSON in and out. A 2xx without a JSON object raises OutcomeUnknown."""
        content = msgspec.json.encode(body) if body is not None else None
        headers = {"Content-Type": "application/json"} if body is not None else None
        return await self._exchange(method, path, content, headers, params)

    async def _exchange(
        self,
        method: str,
        path: str,
        content: bytes | AsyncIterator[bytes] | None,
        headers: dict[str, str] | None,
        params: dict[str, str] | None = None,
        total: float | None = None,
    ) -> JsonObject:
        token = self._token.current()
        sent = (headers or {}) | _bearer(token)
        try:
            # The total bounds an answer that drips: each of its reads alone is in time.
            async with (
                asyncio.timeout(total or self._total_timeout),
                self._http.stream(method, path, content=content, params=params, headers=sent) as response,
            ):
                answer = await _read_bounded(response)
        except _BEFORE_SENDING as error:
            raise NotSent(_describe(error)) from None
        except (httpx2.HTTPError, TimeoutError) as error:
            # Timeouts and cuts after the connection stood: some or all of the request may have arrived.
            raise OutcomeUnknown(_describe(error)) from None
        return read_answer(response.status_code, answer, secret=token)

    async def _post(self, edge: str, body: dict[str, Any]) -> JsonObject:
        return await self.call("POST", f"{self._phone_number_id}/{edge}", body=body)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _read_bounded(response: httpx2.Response) -> bytes | None:
    """The answer's body; None when it is longer than any that Graph gives."""
    body = bytearray()
    async for chunk in response.aiter_bytes(65536):
        body += chunk
        if len(body) > MAX_ANSWER:
            return None
    return bytes(body)


def _send_result(answer: JsonObject) -> SendResult:
    message: JsonObject = next(objects(answer, "messages"), {})
    contact: JsonObject = next(objects(answer, "contacts"), {})
    wamid = ident(message, "id")
    if wamid is None:
        raise Malformed("the answer names no message")
    wa_id, user_id = ident(contact, "wa_id"), ident(contact, "user_id")
    return SendResult(
        wamid=wamid,
        wa_id=wa_id if is_phone(wa_id) else None,
        bsuid=next((user for user in (user_id, wa_id) if is_bsuid(user)), None),
        message_status=label(message, "message_status"),
    )


def _describe(error: httpx2.HTTPError | TimeoutError) -> str:
    # Only connection errors describe themselves by address and errno alone; others may quote what was sent.
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, httpx2.ConnectError) else name
