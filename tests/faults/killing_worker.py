"""A worker that kills itself at a named step: `python -m tests.faults.killing_worker STEP` (STEP `none`: it lives).

It is the real worker; only the named function is wrapped, and leases are short so that tests need not wait.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from ats.core import mail, outbox
from ats.core.logs import configure_logs
from ats.documents import actions as documents
from ats.settings import read_settings
from worker import sandbox
from worker.main import run_worker

LEASE = timedelta(seconds=2)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_before(function: Callable[..., Any]) -> Callable[..., Any]:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        die()
        return await function(*args, **kwargs)

    return wrapped


def dying_after(function: Callable[..., Any]) -> Callable[..., Any]:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = await function(*args, **kwargs)
        if result is not None or function.__name__ != "claim":
            die()
        return result

    return wrapped


# (module or class, function, how it dies). Together they stand for every line between a ring and its end.
STEPS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "claimed": (outbox, "claim", dying_after),
    "content-read": (documents, "_content", dying_after),
    "text-read": (sandbox.Sandbox, "read", dying_after),
    "detected": (sandbox.Sandbox, "detect", dying_after),
    "completed-before-commit": (outbox, "complete", dying_after),
    "committed": (outbox, "is_done", dying_before),
    "mail-composed": (mail.FolderMailer, "send", dying_before),
    "mail-handed-over": (mail.FolderMailer, "send", dying_after),
}


def main() -> None:
    outbox.claim = partial(outbox.claim, lease=LEASE)
    outbox.claim.__name__ = "claim"
    if (step := sys.argv[1]) != "none":
        place, name, how = STEPS[step]
        setattr(place, name, how(getattr(place, name)))
    configure_logs("error")
    asyncio.run(run_worker(read_settings(os.environ)))


if __name__ == "__main__":
    main()
