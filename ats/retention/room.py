"""What this room registers, given the rooms whose data it erases."""

from collections.abc import Sequence
from datetime import datetime

from ats.core.outbox import Job
from ats.core.rooms import Room
from ats.core.services import Services
from ats.retention import actions
from ats.retention.rules import ERASE_WITHDRAWN


def make_room(rooms: Sequence[Room]) -> Room:
    """The retention room over `rooms`, in the order in which their rows can be deleted."""

    async def run_sweep(services: Services, job: Job, now: datetime) -> None:
        await actions.run_sweep(services, rooms, job, now)

    async def erase_withdrawn(services: Services, job: Job, now: datetime) -> None:
        await actions.erase_withdrawn(services, rooms, job, now)

    return Room(name="retention", jobs={actions.SWEEP: run_sweep, ERASE_WITHDRAWN: erase_withdrawn})
