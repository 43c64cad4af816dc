"""What a room registers: its handlers, its jobs, and how it erases what it holds of a person."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ats.core.outbox import Job
from ats.core.services import Services

JobAction = Callable[[Services, Job, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is erased: one application of a person, or (application_id None) the whole person."""

    candidate_id: UUID
    application_id: UUID | None = None


EraseHook = Callable[[Services, Subject], Awaitable[Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class Room:
    """One subject of the product.

    handlers: Litestar handlers. jobs: outbox kind -> action. destroys_keys, erases_objects, erases_rows: what the
    erasure engine calls, in that order; each gives counts by store, and must be harmless when called again.
    """

    name: str
    handlers: tuple[Any, ...] = ()
    jobs: Mapping[str, JobAction] = field(default_factory=dict)
    destroys_keys: EraseHook | None = None
    erases_objects: EraseHook | None = None
    erases_rows: EraseHook | None = None
