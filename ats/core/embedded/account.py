"""Which account the private servers run as, and which directories that account can reach."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from ats.core.embedded.errors import EmbeddedError

ROOT_DATA = Path("/var/lib/ats")
_UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """The operating-system account of the servers.

    uid, gid: its numbers. client: name of the account that connects to them (ours). drop: whether we are root and the
    servers have to become somebody else.
    """

    uid: int
    gid: int
    client: str
    drop: bool

    @property
    def ids(self) -> tuple[int, int] | None:
        """What a child has to become; None when it stays who we are."""
        return (self.uid, self.gid) if self.drop else None


def server_account() -> Account:
    """Ourselves, or `nobody` when we are root: PostgreSQL refuses to run as root, and rightly.

    Raises EmbeddedError when the operating system has no name for the account: PostgreSQL needs one.
    """
    try:
        client = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise EmbeddedError(
            f"The account with number {os.geteuid()} has no name on this system, and PostgreSQL needs one.",
            "Add it to /etc/passwd, or use ATS_DATABASE_URL and ATS_REDIS_URL with servers of your own.",
        ) from None
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), client, drop=False)
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise EmbeddedError(
            f"Invoked as root, the servers run as the account `{_UNPRIVILEGED}`, which this system does not have.",
            "Add that account, or start as an ordinary user.",
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, client, drop=True)


def reaches(account: Account, directory: Path) -> bool:
    """Whether the account may pass through `directory` and everything above it, by the mode bits.

    Parts that do not exist yet count as reachable: whoever makes them decides.
    """
    resolved = directory.resolve()
    return all(_passes(account, part) for part in (resolved, *resolved.parents) if part.exists())


def _passes(account: Account, directory: Path) -> bool:
    status = directory.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def default_data_dir(project_dir: Path) -> Path:
    """Where `ats run` keeps its data: `var` in the project, or below /var/lib/ats if the servers cannot reach that.

    The second case is root in a private directory (/root, a fresh mktemp -d): the servers then run as an account that
    may not enter. The name is derived from the project's path, so that the next start finds the same data.
    """
    account = server_account()
    wanted = project_dir.resolve() / "var"
    if not account.drop or reaches(account, project_dir):
        return wanted
    return ROOT_DATA / hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
