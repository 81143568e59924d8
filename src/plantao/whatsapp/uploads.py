"""Bringing a message's file to Meta before the message: once, as long as Meta keeps it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from plantao.conversations import media_files, outbox
from plantao.conversations.media_files import StoredFile
from plantao.conversations.media_store import MediaStore
from plantao.conversations.outbox import Outgoing
from plantao.kit.blobs import BlobMissing, BlobsUnavailable
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.errors import NotSent, OutcomeUnknown
from plantao.whatsapp.graph.files import UPLOAD_LIFE, transfer_seconds
from plantao.whatsapp.graph.limits import PayloadError

MARGIN = timedelta(days=1)  # an id that is about to end may end before its message is sent


@dataclass(frozen=True, slots=True)
class Uploads:
    """`lease`: how long a claimed message is ours from the moment at which it is sent."""

    database: Database
    media: MediaStore
    graph: GraphClient
    clock: Clock
    lease: timedelta

    async def media_id(self, message: Outgoing) -> str | None:
        """Meta's id of the message's file, which is brought there if need be; None for a message without one.

        Raises a `GraphFailure`, `PayloadError`.
        """
        file_id = (message.media or {}).get("file")
        if file_id is None:
            return None
        async with self.database.transaction() as tx:
            file = await media_files.find(tx, UUID(file_id))
        if file is None:
            raise PayloadError("media", "O arquivo não está mais guardado.")
        return self._remembered(file) or await self._uploaded_before(file) or await self._upload(message, file)

    def _remembered(self, file: StoredFile) -> str | None:
        is_good = file.external_until is not None and file.external_until - MARGIN > self.clock.now()
        return file.external_id if is_good else None

    async def _uploaded_before(self, file: StoredFile) -> str | None:
        async with self.database.transaction() as tx:
            return await media_files.uploaded_before(tx, file, self.clock.now() + MARGIN)

    async def _upload(self, message: Outgoing, file: StoredFile) -> str:
        await self._extend_lease(message, file.size)
        try:
            media_id = await self.graph.upload(self.media.read(file), file.size, file.mime_type)
        except BlobMissing:
            raise PayloadError("media", "O arquivo não está mais guardado.") from None
        except BlobsUnavailable:
            raise NotSent("the store of files does not answer") from None
        except OutcomeUnknown as failure:
            # Whatever became of the upload, no message was sent: nothing to wait for before the next try.
            raise NotSent(str(failure)) from None
        async with self.database.transaction() as tx:
            await media_files.remember_upload(tx, file.id, media_id, self.clock.now() + UPLOAD_LIFE)
        return media_id

    async def _extend_lease(self, message: Outgoing, size: int) -> None:
        """Nobody else is to take the message while its file is on the way."""
        until = self.clock.now() + timedelta(seconds=transfer_seconds(size)) + self.lease
        async with self.database.transaction() as tx:
            await outbox.postpone(tx, [(message.id, until)])
