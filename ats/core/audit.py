"""The audit trail: who did what to whom and when, written in the transaction that does it.

No personal data: ids, codes and counts only. Tags are a closed list; a detail may only use the keys listed here.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ats.core.access import Actor, Staff, System
from ats.core.tables import AuditEvent

DETAIL_KEYS = frozenset(
    {"affiliate", "basis", "cause", "channel", "count", "counts", "documents", "findings", "label", "labels", "purpose",
     "refusal", "role", "step", "template", "tier", "vacancy_id"},
)  # fmt: skip


class Tag(StrEnum):
    """What can happen, as source:subject:action."""

    APPLICATION_SUBMIT = "candidate:application:submit"
    APPLICATION_WITHDRAW = "candidate:application:withdraw"
    POOL_JOIN = "candidate:pool:join"
    POOL_WITHDRAW = "candidate:pool:withdraw"
    SHARING_OBJECT = "candidate:sharing:object"
    SHARING_OBJECTION_RECORD = "system:sharing:record-objection"
    MESSAGE_SEND = "system:message:send"
    DOCUMENT_READ = "system:document:read"
    DOCUMENT_REFUSE = "system:document:refuse"
    APPLICATION_VIEW = "staff:application:view"
    FINDING_REVEAL = "staff:finding:reveal"
    STAFF_SIGN_IN = "staff:session:sign-in"
    STAFF_SIGN_IN_FAIL = "staff:session:sign-in-fail"
    STAFF_SIGN_OUT = "staff:session:sign-out"
    ACCOUNT_ADD = "system:account:add"
    ERASURE_BEGIN = "system:erasure:begin"
    ERASURE_DONE = "system:erasure:done"
    RETENTION_RUN = "system:retention:run"


async def record(
    tag: Tag,
    actor: Actor,
    *,
    now: datetime,
    candidate_id: UUID | None = None,
    object_id: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write one event. Raises ValueError for a detail key that is not on the list (personal data has none)."""
    detail = detail or {}
    if not detail.keys() <= DETAIL_KEYS:
        raise ValueError("audit detail has a key that is not allowed")
    event = AuditEvent(
        at=now,
        tag=tag.value,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name if isinstance(actor, System) else actor.role.value if isinstance(actor, Staff) else "",
        candidate_id=candidate_id,
        object_id=object_id,
        detail=json.dumps(detail, default=str),
    )
    # The event's own number comes from the database, so it is left out.
    await AuditEvent.insert(event)
