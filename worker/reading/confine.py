"""Gives up rights for good: the first thing that a child does, before it loads a parser or sees a byte."""

import ctypes
import os
import resource
import signal
import sys

from worker.reading.messages import ChildLimits

# From <linux/prctl.h>.
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def confine(limits: ChildLimits, parent: int) -> None:
    """Sets the limits and ties this process to its parent.

    Args:
        limits: what this process may use. It may write no file at all and start no process.
        parent: the process id of the worker. When it is gone this process ends, even in the middle of a document.

    Raises:
        SystemExit: the parent died before the tie was made.
    """
    # The worker decides when its children end: a signal to the whole group or service must not cost a document.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The tie only works from now on; a parent that is gone already is found by asking.
    if os.getppid() != parent:
        raise SystemExit(1)
    for what, bound in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_AS, limits.memory),
    ):
        resource.setrlimit(what, (bound, bound))


def grant_cpu(seconds: int) -> None:
    """Allows this process so many further seconds of processor time; more of it and the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, resource.RLIM_INFINITY))
