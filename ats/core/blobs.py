"""The blob store: one interface for a local folder and for S3-compatible stores. It only ever sees ciphertext."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, S3Store

from ats.core.errors import NotFound, Unavailable

PART_BYTES = 5 * 1024 * 1024


class FilesAccess(msgspec.Struct, frozen=True):
    """How an S3-compatible store is reached; empty strings leave the choice to the store's own defaults."""

    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""

    def __repr__(self) -> str:
        return f"FilesAccess(endpoint={self.endpoint!r})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """What pretty tracebacks show; msgspec's own would give the secret."""
        return [("endpoint", self.endpoint)]


class BlobWriter:
    """Writes one object; a few megabytes in memory at most. Dropped without `close`, it leaves nothing behind."""

    def __init__(self, store: ObjectStore, path: str) -> None:
        self._writer: Any = obstore.open_writer_async(store, path, buffer_size=PART_BYTES)

    async def write(self, data: bytes) -> None:
        """Add bytes. Raises Unavailable."""
        try:
            await self._writer.write(data)
        except (BaseError, OSError):
            raise Unavailable from None

    async def close(self) -> None:
        """Finish: from here on the object is there. Raises Unavailable."""
        try:
            await self._writer.close()
        except (BaseError, OSError):
            raise Unavailable from None

    def abort(self) -> None:
        """Give up: what was written is discarded."""
        self._writer = None


class Blobs:
    """Objects by path. Every failure of the store becomes Unavailable; a missing object NotFound."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def writer(self, path: str) -> "BlobWriter":
        """A writer for a new object at `path`; nothing stands there before its `close`."""
        return BlobWriter(self._store, path)

    async def get(self, path: str) -> AsyncIterator[bytes]:
        """Read an object as a stream."""
        try:
            result = await obstore.get_async(self._store, path)
            async for chunk in result.stream():
                yield bytes(chunk)
        except (NotFoundError, FileNotFoundError):
            raise NotFound from None
        except (BaseError, OSError):
            raise Unavailable from None

    async def delete(self, path: str) -> bool:
        """Delete an object; whether it was there. Deleting twice is no error."""
        try:
            await obstore.head_async(self._store, path)
            await obstore.delete_async(self._store, path)
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError):
            raise Unavailable from None
        return True

    async def exists(self, path: str) -> bool:
        """Whether an object is at `path`."""
        try:
            await obstore.head_async(self._store, path)
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError):
            raise Unavailable from None
        return True

    async def check(self) -> None:
        """Write, read and delete a probe. Raises Unavailable."""
        writer = self.writer("probe")
        await writer.write(b"probe")
        await writer.close()
        if b"".join([chunk async for chunk in self.get("probe")]) != b"probe":
            raise Unavailable
        await self.delete("probe")


def open_blobs(url: str, access: FilesAccess) -> Blobs:
    """Open the store at `url`: a folder (path or file://) or s3://bucket[/prefix].

    Raises OSError when the folder cannot be made.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3":
        options = {
            "endpoint": access.endpoint,
            "region": access.region,
            "access_key_id": access.access_key,
            "secret_access_key": access.secret_key,
        }
        return Blobs(
            S3Store(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                client_options={"allow_http": access.endpoint.startswith("http://"), "timeout": timedelta(seconds=30)},
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
                **{name: value for name, value in options.items() if value},  # type: ignore[arg-type]
            ),
        )
    folder = Path(unquote(parts.path) if parts.scheme == "file" else url).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Blobs(LocalStore(str(folder)))
