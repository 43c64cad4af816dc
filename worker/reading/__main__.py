"""The child's own program: `python -I -m worker.reading ROLE PARENT MEMORY CPU FILES`.

ROLE is `reader` or `detector`, PARENT the process id of the worker, the rest are the limits. Requests come on standard
input, replies go to standard output, nothing goes to standard error: a traceback could quote the document.
"""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from ats.documents.rules import DocumentRefused, Refusal
from worker.reading.confine import confine, grant_cpu
from worker.reading.messages import ChildLimits, Crashed, Ready, Refused, Reply, frame, receive

Handler = Callable[[Any], Reply]


def _load(role: str) -> Handler:
    # Imported after the limits are set, and only what the role needs.
    if role == "reader":
        from worker.reading.reader import read

        return read
    from worker.reading.detector import load

    return load()


def _answer(handle: Handler, request: Any) -> Reply:
    try:
        return handle(request)
    except DocumentRefused as refused:
        return Refused(refused.reason)
    except (MemoryError, RecursionError):
        return Refused(Refusal.TOO_COMPLEX)
    except Exception as error:  # noqa: BLE001 - its words may quote the document, so they end here
        return Crashed(_where(error))


def _where(error: Exception) -> str:
    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _serve(role: str, limits: ChildLimits, requests: BinaryIO, replies: BinaryIO) -> None:
    grant_cpu(limits.cpu)
    handle = _load(role)
    _send(replies, Ready())
    while (request := receive(requests)) is not None:
        grant_cpu(limits.cpu)
        _send(replies, _answer(handle, request))


def _send(replies: BinaryIO, reply: Reply) -> None:
    replies.write(frame(reply))
    replies.flush()


def main(arguments: list[str]) -> None:
    """Runs until the worker closes the pipe."""
    role = arguments[0]
    parent, memory, cpu, files = (int(argument) for argument in arguments[1:])
    limits = ChildLimits(memory=memory, cpu=cpu, files=files)
    confine(limits, parent)
    # A library that prints must not be able to write between the frames.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _serve(role, limits, sys.stdin.buffer, replies)


if __name__ == "__main__":
    main(sys.argv[1:])
