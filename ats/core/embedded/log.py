"""The servers' own logs: files that we open, that they inherit, and that cannot grow without end."""

import os
from pathlib import Path
from typing import IO

CAP_BYTES = 1 << 20
_TAIL_BYTES = 3000


class ServerLog:
    """One server's log, and one older piece of it beside (`.1`): at most about two CAP_BYTES on disk.

    The server inherits the open file, so its last words are kept even when we are gone.
    """

    def __init__(self, path: Path) -> None:
        """path: the file; made with mode 0600 if it does not exist. Raises OSError."""
        self.path = path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.file: IO[bytes] = os.fdopen(descriptor, "wb", buffering=0)
        self.cap()
        self._begin = os.fstat(descriptor).st_size

    def cap(self) -> None:
        """Move what is there aside once it exceeds CAP_BYTES. The server appends, so cutting under it is safe."""
        if os.fstat(self.file.fileno()).st_size <= CAP_BYTES:
            return
        older = self.path.with_name(self.path.name + ".1")
        older.unlink(missing_ok=True)
        with self.path.open("rb") as source, os.fdopen(os.open(older, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as copy:
            source.seek(-CAP_BYTES, os.SEEK_END)
            copy.write(source.read(CAP_BYTES))
        os.truncate(self.file.fileno(), 0)
        self._begin = 0

    def tail(self) -> str:
        """The end of what was written since this object was made."""
        with self.path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            source.seek(max(self._begin, size - _TAIL_BYTES))
            return source.read(_TAIL_BYTES).decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Close our end."""
        self.file.close()
