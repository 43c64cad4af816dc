"""Child processes that cannot outlive us."""

import asyncio
import contextlib
import functools
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_LAUNCH = Path(__file__).with_name("launch.py")


@functools.cache
def _lifeline() -> int:
    """Where the kernel does not signal a parent's death: a pipe that closes with us. Returns the end for children."""
    reader, _ = os.pipe()
    return reader


async def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    death_signal: signal.Signals,
    account: tuple[int, int] | None = None,
    output: IO[bytes] | int | None = None,
    keep: Sequence[int] = (),
    cwd: Path | None = None,
) -> Process:
    """Run `argv` (its first item an absolute path) as a child in a session of its own.

    The child gets `death_signal` when the thread that calls this ends, however it ends, SIGKILL included. A session of
    its own keeps a Ctrl-C in the terminal from reaching it before we decide in which order things stop.

    account: (uid, gid) to become, only possible as root; None stays who we are. output: where standard output and
    error go (None: where ours go). keep: file descriptors that the child inherits. Raises OSError.
    """
    identity = "-" if account is None else f"{account[0]}:{account[1]}"
    lifeline = () if sys.platform == "linux" else (_lifeline(),)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        str(_LAUNCH),
        str(os.getpid()),
        str(int(death_signal)),
        str(lifeline[0]) if lifeline else "-",
        identity,
        *argv,
        stdin=DEVNULL,
        stdout=output,
        stderr=None if output is None else STDOUT,
        env=dict(env),
        cwd=cwd,
        pass_fds=(*keep, *lifeline),
        start_new_session=True,
    )


async def stop(process: Process, steps: Sequence[tuple[signal.Signals, float]]) -> int:
    """End `process`: each signal in turn with the seconds it may take, then SIGKILL to its whole session.

    Returns the exit status (negative: the signal that ended it).
    """
    for number, seconds in steps:
        if process.returncode is not None:
            return process.returncode
        try:
            process.send_signal(number)
            return await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            continue
        except ProcessLookupError:
            break
    kill(process)
    return await process.wait()


def kill(process: Process) -> None:
    """SIGKILL `process` and the children in its session. Without effect when it has ended."""
    if process.returncode is not None:
        return
    # macOS answers EPERM for a session whose only member has ended.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
