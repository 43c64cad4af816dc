"""The launcher of child processes: they end with their parent, everywhere."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ats.core import embedded

# Does what `spawn` does where the kernel sends no signal at a parent's death.
ELSEWHERE = """
import asyncio, os, signal, sys
sys.platform = "elsewhere"
from ats.core.embedded.process import spawn

async def main():
    child = await spawn(["/bin/sleep", "60"], env={}, death_signal=signal.SIGTERM)
    print(child.pid, flush=True)
    await child.wait()
    await asyncio.sleep(60)

asyncio.run(main())
"""


def alive(pids: list[int]) -> list[int]:
    """Those that still run. What nobody has reaped yet has ended too."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found


@pytest.mark.parametrize("victim", ["parent", "program"])
def test_where_the_kernel_does_not_tell_a_watcher_ends_the_program_at_its_parents_death(victim: str) -> None:
    with subprocess.Popen([sys.executable, "-c", ELSEWHERE], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        deadline = time.monotonic() + 10
        while not (psutil.Process(pid).name() == "sleep" and psutil.Process(pid).children()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        pids = [pid, *(watcher.pid for watcher in psutil.Process(pid).children())]
        assert alive(pids) == pids
        assert len(pids) == 2
        os.kill(parent.pid if victim == "parent" else pid, signal.SIGKILL)
        while alive(pids):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        parent.kill()


def test_a_program_whose_parent_died_before_it_could_ask_does_not_start(tmp_path: Path) -> None:
    launcher = Path(embedded.__file__).with_name("launch.py")
    not_our_id = "1" if os.getppid() != 1 else "2"
    argv = [sys.executable, "-I", "-S", str(launcher), not_our_id, "9", "-", "-", "/bin/touch", str(tmp_path / "ran")]
    assert subprocess.run(argv, check=False).returncode == 0
    assert not (tmp_path / "ran").exists()


def test_a_launcher_that_cannot_run_its_program_says_so(tmp_path: Path) -> None:
    launcher = Path(embedded.__file__).with_name("launch.py")
    argv = [sys.executable, "-I", "-S", str(launcher), str(os.getpid()), "9", "-", "-", str(tmp_path / "missing")]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, f"cannot run {tmp_path}/missing: No such file or directory\n")
