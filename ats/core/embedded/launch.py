"""Becomes another program that cannot outlive its parent, and that has no more rights than it needs.

Run by path with `python -I -S`, before anything of ours or of a site is imported:

    launch.py PARENT SIGNAL ACCOUNT PROGRAM ARGUMENT...

PARENT is the process id of the caller, SIGNAL the number sent to the program when the caller's spawning thread ends,
ACCOUNT is `-` to stay who we are or `UID:GID` to become that account for good.
"""

# All imports come first: after the change of account the interpreter's own files may be out of reach.
import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _become(account: str) -> None:
    """Give up root: groups first, because afterwards we may no longer change them."""
    uid, gid = (int(part) for part in account.split(":"))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    os.umask(0o077)


def _watch(parent: int, number: int) -> None:
    """Where the kernel sends no signal at a parent's death: a forked watcher that looks twice a second."""
    program = os.getpid()
    if os.fork() != 0:
        return
    for standard in (0, 1, 2):
        os.close(standard)
    os.closerange(3, 256)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # While the program lives it is our parent, so its id cannot have been given to another process.
    while os.getppid() == program:
        try:
            os.kill(parent, 0)
        except ProcessLookupError:
            os.kill(program, number)
            break
        except PermissionError:
            pass
        time.sleep(0.5)
    os._exit(0)


def main() -> None:
    """Drop rights, arrange our own end, check that the parent still lives, and become the program."""
    parent, number, account, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    if account != "-":
        _become(account)
    if sys.platform == "linux":
        # After the change of account: the kernel forgets the wish when the credentials change.
        _prctl(PR_SET_PDEATHSIG, number)
        if account != "-":
            _prctl(PR_SET_NO_NEW_PRIVS, 1)
    else:
        _watch(parent, number)
    # The parent may have died before we asked to be told.
    if os.getppid() != parent:
        sys.exit(0)
    try:
        os.execv(program, sys.argv[4:])
    except OSError as error:
        sys.exit(f"cannot run {program}: {error.strerror}")


main()
