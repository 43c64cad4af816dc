"""An upload on its way into the blob store: encrypted as it arrives, never in clear on disk."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import structlog

from ats.core import db
from ats.core.blobs import BlobWriter
from ats.core.crypto import ChunkSealer, new_key
from ats.core.errors import NotFound, Unavailable
from ats.core.services import Services
from ats.documents.rules import SNIFF_BYTES, DocumentRefused, Kind, Limits, Refusal, safe_name, sniff
from ats.documents.tables import Upload

# A kept upload waits this long for its form to be sent again; then it is cleaned up.
UPLOAD_LIFE = timedelta(hours=2)

log = structlog.get_logger()


class Received(msgspec.Struct, frozen=True):
    """A whole upload in the blob store. `key` opens it and is known to nobody else yet."""

    id: UUID
    kind: Kind
    name: str
    size: int
    key: bytes


class UploadSink:
    """Takes one uploaded file. Used by the web floor as bytes arrive; afterwards `received` or `refusal` is set."""

    def __init__(self, services: Services, filename: str, *, limits: Limits, now: datetime) -> None:
        self._services = services
        self._filename = filename
        self._limits = limits
        self._now = now
        self._id = uuid4()
        self._key = new_key()
        self._sealer = ChunkSealer(self._key, blob_context(self._id))
        self._head = bytearray()
        self._size = 0
        self._writer: BlobWriter | None = None
        self.received: Received | None = None
        self.refusal: Refusal | None = None

    @property
    def is_blank(self) -> bool:
        """Whether the field was left empty: browsers then send a nameless file of no bytes."""
        return not self._filename and self._size == 0

    async def write(self, data: bytes) -> None:
        """Take the next bytes. Once the file is refused the rest is only counted."""
        self._size += len(data)
        if self.refusal is not None or not data:
            return
        if self._size > self._limits.size:
            await self._refuse(Refusal.TOO_LARGE)
            return
        if len(self._head) < SNIFF_BYTES:
            self._head += data[: SNIFF_BYTES - len(self._head)]
        if self._writer is None:
            await Upload.insert(Upload(id=self._id, blob_path=blob_path(self._id), created_at=self._now))
            self._writer = self._services.blobs.writer(blob_path(self._id))
        if sealed := self._sealer.update(data):
            await self._writer.write(sealed)

    async def finish(self) -> None:
        """The file is complete: look at what it is, and keep it or refuse it."""
        if self.refusal is not None or self.is_blank:
            return
        try:
            kind = sniff(bytes(self._head), self._filename)
        except DocumentRefused as refused:
            await self._refuse(refused.reason)
            return
        if self._writer is None:
            await self._refuse(Refusal.EMPTY)
            return
        await self._writer.write(self._sealer.finish())
        await self._writer.close()
        self.received = Received(self._id, kind, safe_name(self._filename), self._size, self._key)

    async def abort(self) -> None:
        """The connection broke, or the form is malformed: keep nothing, not even a file that was whole already."""
        if self.received is not None:
            self.received = None
            await self._services.blobs.delete(blob_path(self._id))
        if self._writer is not None:
            self._writer.abort()
            self._writer = None
            # The row goes last: until the object is gone it tells the clean-up of it.
            await Upload.delete().where(Upload.id == self._id)

    async def _refuse(self, refusal: Refusal) -> None:
        self.refusal = refusal
        await self.abort()


async def still_there(upload_id: UUID) -> None:
    """Check that a kept upload has been neither used nor cleaned up. Raises NotFound."""
    if not await Upload.exists().where(Upload.id == upload_id):
        raise NotFound


async def clean_up(services: Services, *, now: datetime) -> int:
    """Delete uploads whose form never came; gives how many. One that fails is left for the next time."""
    rows = await Upload.select(Upload.id, Upload.blob_path).where(Upload.created_at < now - UPLOAD_LIFE)
    cleaned = 0
    for row in rows:
        try:
            async with db.transaction():
                # The row first: a form that is sent at this moment has either taken it already, or finds it gone.
                if await Upload.delete().where(Upload.id == row["id"]).returning(Upload.id):
                    await services.blobs.delete(row["blob_path"])
                    cleaned += 1
        except Unavailable:
            log.warning("upload_not_cleaned")
    return cleaned


def blob_path(upload_id: UUID) -> str:
    """Where an upload's object stands: spread over folders, named by nothing but its id."""
    return f"documents/{upload_id.hex[:2]}/{upload_id}"


def blob_context(upload_id: UUID) -> str:
    """What an object's encryption is bound to."""
    return f"document.blob:{upload_id}"
