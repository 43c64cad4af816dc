"""Becomes another program that cannot outlive its parent, and that has no more rights than it needs.

Run by path with `python -I -S`, so nothing of ours or of a site is imported:

    launch.py PARENT SIGNAL LIFELINE ACCOUNT PROGRAM ARGUMENT...

PARENT is the process id of the caller and SIGNAL the number sent to the program when the caller ends. LIFELINE is `-`
where the kernel does that (Linux), else the descriptor of a pipe whose other end only the caller holds. ACCOUNT is `-`
to stay who we are or `UID:GID` to become that account for good.
"""

# All imports come first: after the change of account the interpreter's own files may be out of reach.
import ctypes
import os
import select
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
_LOOK_SECONDS = 0.5


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _become(account: str) -> None:
    """Give up root: groups first, because afterwards we may no longer change them."""
    uid, gid = (int(part) for part in account.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    os.umask(0o077)


def _watch(lifeline: int, number: int) -> None:
    """Fork a watcher that signals us when the pipe's other end closes, and ends when we do."""
    program = os.getpid()
    os.set_inheritable(lifeline, False)
    if os.fork() != 0:
        return
    for descriptor in range(256):
        if descriptor != lifeline:
            try:
                os.close(descriptor)
            except OSError:
                continue
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # While the program lives it is our parent, so its id cannot have been given to another process.
    while os.getppid() == program:
        if select.select([lifeline], [], [], _LOOK_SECONDS)[0]:
            os.kill(program, number)
            break
    os._exit(0)


def main() -> None:
    """Drop rights, arrange our own end, check that the parent still lives, and become the program."""
    parent, number, lifeline, account = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    if account != "-":
        _become(account)
    if lifeline == "-":
        # After the change of account: the kernel forgets the wish when the credentials change.
        _prctl(PR_SET_PDEATHSIG, number)
        if account != "-":
            _prctl(PR_SET_NO_NEW_PRIVS, 1)
    else:
        _watch(int(lifeline), number)
    # The parent may have died before we asked to be told.
    if os.getppid() != parent:
        sys.exit(0)
    program = sys.argv[5]
    try:
        os.execv(program, sys.argv[5:])  # noqa: S606 - becoming another program is the purpose
    except OSError as error:
        sys.exit(f"cannot run {program}: {error.strerror}")


main()
