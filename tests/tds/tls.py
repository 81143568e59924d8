"""TLS inside TDS: its handshake travels in PRELOGIN packets, and everything after it is plain TLS around TDS."""

import asyncio
import socket
import ssl
import struct
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.tds.packets import DEFAULT_SIZE, PacketType, packets, read_message

_CHUNK = 65536


def certificate() -> ssl.SSLContext:
    """Self-signed, for this run: a client has to be told to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # TDS 7.4 ends the handshake before 1.3 has sent its tickets
    with tempfile.TemporaryDirectory() as directory:
        both = Path(directory) / "both.pem"
        plain = serialization.NoEncryption()
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        both.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(both)
    return context


class Stream:
    """A client's bytes, in the clear until `start_tls`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._clear = bytearray()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Raises `ssl.SSLError` when the client does not agree."""
        tls = context.wrap_bio(self._in, self._out, server_side=True)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._send_wrapped()
                self._in.write((await read_message(self)).data)
                continue
            await self._send_wrapped()
            self._tls = tls
            return

    async def readexactly(self, length: int) -> bytes:
        if self._tls is None:
            return await self._reader.readexactly(length)
        while len(self._clear) < length:
            await self._decrypt(self._tls)
        taken = bytes(self._clear[:length])
        del self._clear[:length]
        return taken

    async def send(self, data: bytes) -> None:
        if self._tls is not None:
            self._tls.write(data)
            data = self._out.read()
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """The client sees a reset, not an end: a socket that lingers for no time says so."""
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def _decrypt(self, tls: ssl.SSLObject) -> None:
        try:
            self._clear += tls.read(_CHUNK)
        except ssl.SSLWantReadError:
            coming = await self._reader.read(_CHUNK)
            if not coming:
                raise ConnectionError("the client has gone") from None
            self._in.write(coming)
        except ssl.SSLZeroReturnError:
            raise ConnectionError("the client has gone") from None

    async def _send_wrapped(self) -> None:
        if waiting := self._out.read():
            self._writer.write(packets(waiting, DEFAULT_SIZE, PacketType.PRELOGIN))
            await self._writer.drain()
