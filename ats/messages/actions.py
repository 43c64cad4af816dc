"""Writing mail in the transaction that causes it, and handing it over from the worker."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec

from ats.candidates import queries as candidates
from ats.core import audit, db, outbox
from ats.core.access import System
from ats.core.crypto import seal, unseal
from ats.core.errors import NotFound
from ats.core.outbox import Job
from ats.core.rooms import Subject
from ats.core.services import Services
from ats.messages.tables import Message
from ats.web.environment import render

SEND = "messages.send"
WORKER = System("worker")


async def write_message(
    services: Services,
    candidate_id: UUID,
    data_key: bytes,
    template: str,
    language: str,
    context: Mapping[str, str],
    *,
    now: datetime,
) -> UUID:
    """Write a mail to a candidate in the open transaction; the worker hands it over after the commit.

    template: name under templates/mail/ (its first line is the subject). context: texts for it, sealed until sent.
    """
    message_id = uuid4()
    sealed = seal(data_key, msgspec.json.encode(context), _place(message_id))
    await Message.insert(
        Message(
            id=message_id,
            candidate_id=candidate_id,
            template=template,
            language=language,
            context=sealed,
            created_at=now,
        ),
    )
    await outbox.put(services.doorbell, SEND, message_id, now=now, candidate_id=candidate_id)
    return message_id


async def send_message(services: Services, job: Job, now: datetime) -> None:
    """Job: hand one message over. A message whose person was erased meanwhile is dropped."""
    message = await (
        Message.select(Message.candidate_id, Message.template, Message.language, Message.context)
        .where(Message.id == job.subject_id, Message.sent_at.is_null())
        .first()
    )
    if message is not None:
        try:
            person = await candidates.load_person(message["candidate_id"])
            key = await candidates.data_key(services, person.id)
        except NotFound:
            message = None
        else:
            context = msgspec.json.decode(unseal(key, message["context"], _place(job.subject_id)))
            mail = _compose(services, message["template"], message["language"], person, context, job.subject_id, now)
            await services.mailer.send(mail, str(job.subject_id))
    async with db.transaction():
        if message is not None:
            # The values served their purpose; the private link in them now lives in the person's mailbox only.
            await Message.update({Message.sent_at: now, Message.context: None}).where(Message.id == job.subject_id)
            await audit.record(
                audit.Tag.MESSAGE_SEND, WORKER, now=now, candidate_id=message["candidate_id"], object_id=job.subject_id,
                detail={"template": message["template"]},
            )  # fmt: skip
        await outbox.complete(job, now=now)


def _compose(
    services: Services,
    template: str,
    language: str,
    person: candidates.Person,
    context: Mapping[str, str],
    message_id: UUID,
    now: datetime,
) -> EmailMessage:
    text = render(f"mail/{template}.txt", language, organisation=services.organisation, name=person.name, **context)
    subject, _, body = text.strip().partition("\n")
    mail = EmailMessage()
    mail["Subject"] = subject.strip()
    mail["From"] = formataddr((services.organisation.name, services.settings.mail_from))
    mail["To"] = formataddr((person.name, person.email))
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}@{urlsplit(services.settings.base_url).hostname or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body.strip() + "\n")
    # Only now: set_content removes what begins with Content-.
    mail["Content-Language"] = language
    return mail


def _place(message_id: UUID) -> str:
    return f"message.context:{message_id}"


async def erase_rows(_services: Services, subject: Subject) -> dict[str, int]:
    """Erasure of a person: delete every message to them."""
    if subject.application_id is not None:
        return {}
    gone = await Message.delete().where(Message.candidate_id == subject.candidate_id).returning(Message.id)
    return {"message": len(gone)}
