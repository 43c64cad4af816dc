"""An erasure that kills itself: `python -m tests.retention.killing_erasure STEP CANDIDATE_ID`.

It is the real engine on the real stores; only the named function is wrapped.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

from ats.candidates import actions as candidates
from ats.core.blobs import Blobs
from ats.core.clock import read_clock
from ats.core.rooms import Room, Subject
from ats.documents import actions as documents
from ats.process import open_services
from ats.retention import actions
from ats.rooms import HOLDING_PEOPLE
from ats.settings import read_settings


def dying(function: Callable[..., Any], *, call: int) -> Callable[..., Any]:
    """The function, which kills its process once it has done its work for the `call`-th time."""
    calls = 0

    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        result = await function(*args, **kwargs)
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


# (module or class, function, at which call): after each step of the engine, and in the middle of each.
STEPS: dict[str, tuple[Any, str, int]] = {
    "begun": (actions, "_begin", 1),
    "in the step of keys": (candidates, "destroy_key", 1),
    "keys destroyed": (actions, "_run_step", 1),
    "one of two objects gone": (Blobs, "delete", 1),
    "objects erased": (actions, "_run_step", 2),
    "documents deleted, uncommitted": (documents, "erase_rows", 1),
    "all rows deleted, uncommitted": (candidates, "erase_rows", 1),
    "rows erased": (actions, "_run_step", 3),
    "verified": (actions, "_verify", 1),
    "reported": (actions, "_finish", 1),
}


async def main() -> None:
    place, name, call = STEPS[sys.argv[1]]
    original = getattr(place, name)
    wrapped = dying(original, call=call)
    setattr(place, name, wrapped)
    # The rooms hold their hooks themselves.
    rooms = [
        Room(
            name=room.name,
            **{
                hook: wrapped if getattr(room, hook) is original else getattr(room, hook)
                for hook in ("destroys_keys", "erases_objects", "erases_rows")
            },
        )
        for room in HOLDING_PEOPLE
    ]
    async with open_services(read_settings(os.environ), name="killed") as services:
        now = read_clock()
        subject = Subject(UUID(sys.argv[2]))
        await actions.erase(services, rooms, subject, "due", on=services.today(now), moment=now, now=now)


if __name__ == "__main__":
    asyncio.run(main())
