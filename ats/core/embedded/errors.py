"""Why a private server cannot run, and what to do about it."""

import errno
import re
import signal
from pathlib import Path

from ats.core.errors import AtsError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_ROOM_TEXTS = re.compile(r"No space left on device|Disk quota exceeded|File too large|wrote only \d+ of \d+ bytes")


class EmbeddedError(AtsError):
    """A private server cannot start or has stopped. For the operator's eyes: it names paths, never data.

    message: what is wrong, in one sentence. remedy: what to do about it. detail: the tail of the server's log, which
    by configuration holds no statements and no values; may be empty.
    """

    status = 503
    code = "embedded-servers"

    def __init__(self, message: str, remedy: str, detail: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
        self.detail = detail

    def __str__(self) -> str:
        parts = [self.message, self.remedy]
        if self.detail:
            parts.append("The end of the server's log:\n" + self.detail)
        return "\n".join(parts)


def no_room(place: Path, detail: str = "") -> EmbeddedError:
    """The disk (or a quota, or a limit on the size of files) leaves no room below `place`."""
    return EmbeddedError(
        f"There is no room left on the disk that holds {place}.",
        "Free some space there (or raise the quota or the limit on file sizes), then start again; nothing was lost.",
        detail,
    )


def of_system(error: OSError, place: Path) -> EmbeddedError:
    """Explain what the operating system refused while preparing `place`."""
    if error.errno in _NO_ROOM:
        return no_room(place)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return EmbeddedError(
            f"The data directory {place} cannot be written.",
            "Give this account write permission there, or choose another data directory.",
        )
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return EmbeddedError(
            f"Something that is not a directory stands in the place of {place}.",
            "Move it away, or choose another data directory.",
        )
    return EmbeddedError(
        f"The data directory {place} cannot be prepared ({errno.errorcode.get(error.errno or 0, 'unknown error')}).",
        "Check the disk and the permissions of that directory, then start again.",
    )


def of_start(server: str, place: Path, log: str) -> EmbeddedError:
    """Explain from the tail of its log why `server` did not start on its files in `place`."""
    if _NO_ROOM_TEXTS.search(log):
        return no_room(place, log)
    return EmbeddedError(
        f"The private {server} server cannot run on {place}.",
        f"Its log says why. If the data is damaged, restore {place} from a backup, or move it away to start afresh.",
        log,
    )


def of_end(server: str, place: Path, status: int, log: str) -> EmbeddedError:
    """Explain why `server` ended without being told to; status as of a child process, negative for a signal."""
    if _NO_ROOM_TEXTS.search(log):
        return no_room(place, log)
    how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
    return EmbeddedError(
        f"The private {server} server ended by itself, {how}.",
        "Start again: nothing that was stored is lost. If it happens again, see to the machine's memory and disk.",
        log,
    )
