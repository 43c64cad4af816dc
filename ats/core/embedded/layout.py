"""The directories, locks and modes of the private servers, below `servers` in the data directory.

    servers/layout            which arrangement this is (a number)
    servers/supervisor.lock   held by the process that runs the servers
    servers/servers.lock      held by that process and by every server process
    servers/conf, log         written by us, never by the servers
    servers/postgres          PostgreSQL's files
    servers/redis             Redis's working directory, where nothing may be written
    servers/run               the sockets

Everything is 0700 and belongs to the servers' account, or, when that is not ours, is only passed through by it: root
never writes where an unprivileged account could have laid a symbolic link.
"""

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from ats.core.embedded.account import Account, reaches
from ats.core.embedded.errors import EmbeddedError, of_system

LAYOUT_VERSION = 1
# sun_path holds 108 bytes on Linux and 104 elsewhere, with the closing zero; PostgreSQL's is the longest name.
_LONGEST_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 103
# What needs no quoting in a URL nor in a configuration file.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
_LAST_SUPERVISOR_SECONDS = 2.0
_LAST_SERVERS_SECONDS = 20.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Layout:
    """Absolute paths of one data directory's servers, and the account they run as."""

    account: Account
    root: Path
    run: Path

    @property
    def conf(self) -> Path:
        """Configuration files: written by us, read by the servers."""
        return self.root / "conf"

    @property
    def log(self) -> Path:
        """Log files: opened by us, inherited by the servers."""
        return self.root / "log"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        """Redis's working directory; nobody can write there."""
        return self.root / "redis"

    def give(self, directory: Path, mode: int = 0o700) -> None:
        """Make `directory` if need be; it belongs to the servers' account, with exactly this mode."""
        directory.mkdir(exist_ok=True)
        status = directory.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "not a directory")
        if self.account.drop and status.st_uid != self.account.uid:
            os.chown(directory, self.account.uid, self.account.gid, follow_symlinks=False)
        directory.chmod(mode)

    def write_config(self, name: str, text: str) -> Path:
        """Write a configuration file that the servers can read and not change; returns its path."""
        path = self.conf / name
        aside = self.conf / f".{name}"
        aside.write_text(text, encoding="utf-8")
        aside.chmod(0o644 if self.account.drop else 0o600)
        aside.replace(path)
        return path


def root_of(data_dir: Path) -> Path:
    """Where in a data directory the servers' files are."""
    return data_dir.absolute() / "servers"


@contextlib.asynccontextmanager
async def opened(data_dir: Path, account: Account) -> AsyncIterator[tuple[Layout, int]]:
    """Make or check the directories, and hold them: yields the layout and the lock that every server must inherit.

    Raises EmbeddedError when the directory is in use, not ours, unwritable, or of another version.
    """
    root = root_of(data_dir)
    with contextlib.ExitStack() as stack:
        try:
            _make_private(root.parent, account)
            _make_private(root, account)
            _check_reachable(root, account)
            await _lock_for_us(stack, root)
            inherited = await _lock_for_servers(stack, root)
            _check_version(root)
            run = stack.enter_context(_own_sockets(root, account))
            layout = Layout(account, root, run)
            _make_private(layout.conf, account)
            _make_private(layout.log, account, passable=False)
            layout.give(run)
            layout.give(layout.redis, 0o500)
        except OSError as error:
            raise of_system(error, root.parent) from error
        yield layout, inherited


def _make_private(directory: Path, account: Account, passable: bool = True) -> None:
    """A directory of ours, closed to others; as root the servers' account may pass through, without listing it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_uid != os.geteuid():
        raise EmbeddedError(
            f"The data directory {directory} belongs to another account.",
            "Start as that account, give the directory to this one with chown, or choose another data directory.",
        )
    directory.chmod(0o711 if account.drop and passable else 0o700)


def _check_reachable(root: Path, account: Account) -> None:
    if account.drop and not reaches(account, root):
        raise EmbeddedError(
            f"Invoked as root, the servers run as an unprivileged account, which cannot reach {root.parent}.",
            "Choose a data directory that others may pass through (for instance below /var/lib), or start as an "
            "ordinary user.",
        )


async def _lock_for_us(stack: contextlib.ExitStack, root: Path) -> None:
    """The lock of the process that runs the servers; a killed one lets go only once the kernel has cleared it away."""
    lock = _open_lock(stack, root / "supervisor.lock")
    if not await _lock_within(lock, _LAST_SUPERVISOR_SECONDS):
        raise EmbeddedError(
            f"The data directory {root.parent} is in use by another start of this program.",
            "Stop that one first, or choose another data directory.",
        )


async def _lock_for_servers(stack: contextlib.ExitStack, root: Path) -> int:
    """The lock that lives as long as any server process, whatever its id and whoever started it.

    The starter of the last ones is dead (we hold its lock), and its servers are told so by the kernel: wait for them.
    """
    lock = _open_lock(stack, root / "servers.lock")
    if not await _lock_within(lock, _LAST_SERVERS_SECONDS):
        raise EmbeddedError(
            f"Servers of an earlier start are still running on {root.parent}.",
            f"End the processes that hold {root / 'servers.lock'} (see `fuser` or `lsof`), then start again.",
        )
    return lock


async def _lock_within(descriptor: int, seconds: float) -> bool:
    """Whether the lock could be had in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(_LOOK_SECONDS)


def _open_lock(stack: contextlib.ExitStack, path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    stack.callback(os.close, descriptor)
    return descriptor


def _check_version(root: Path) -> None:
    marker = root / "layout"
    if not marker.exists():
        if (root / "postgres").exists():
            raise EmbeddedError(
                f"{root} holds a database, but not the file `layout` that says which version made it.",
                f"Restore {root} as a whole from a backup, or move it away to start afresh.",
            )
        aside = root / ".layout"
        with aside.open("w", encoding="ascii") as file:
            file.write(f"{LAYOUT_VERSION}\n")
            file.flush()
            # An empty marker after a power cut would make the data look foreign.
            os.fsync(file.fileno())
        aside.replace(marker)
        return
    if (found := marker.read_bytes()[:20].strip()) != str(LAYOUT_VERSION).encode():
        named = found.decode() if found.isdigit() else "unknown"
        raise EmbeddedError(
            f"{root} was made by another version of this program (layout {named}, expected {LAYOUT_VERSION}).",
            f"Use the version that made it, or move {root} away to start afresh.",
        )


def socket_directory(root: Path, account: Account) -> Path:
    """`run` in `root`, or, where its path is too long or needs quoting, a short one outside: always the same."""
    wanted = root / "run"
    if len(os.fsencode(wanted / _LONGEST_SOCKET)) <= _SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(str(wanted)):
        return wanted
    # Fixed places, not the caller's TMPDIR: every command must come to the same one.
    short = Path("/run" if account.drop and os.access("/run", os.W_OK) else "/tmp")  # noqa: S108 - private and checked
    return short / f"ats-{account.uid}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"


@contextlib.contextmanager
def _own_sockets(root: Path, account: Account) -> Iterator[Path]:
    """Make the sockets' directory; one outside the data directory is checked first, and removed in the end."""
    directory = socket_directory(root, account)
    if directory.parent == root:
        yield directory
        return
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    if not is_private(directory, account):
        raise EmbeddedError(
            f"{directory}, where the servers' sockets should be, was made by somebody else.",
            "Remove it, or choose a data directory with a shorter path (under 80 plain characters).",
        )
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def is_private(directory: Path, account: Account) -> bool:
    """Whether only we and the servers can enter. Anybody may put something in a directory like /tmp before us."""
    status = directory.lstat()
    owned = status.st_uid in {os.geteuid(), account.uid}
    return stat.S_ISDIR(status.st_mode) and owned and not status.st_mode & 0o077
