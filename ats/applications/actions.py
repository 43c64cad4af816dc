"""Sending an application, withdrawing it, and keeping its due date true."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from ats.applications.tables import Application
from ats.candidates import actions as people
from ats.candidates import queries as candidates
from ats.candidates.actions import Contact
from ats.candidates.rules import private_url
from ats.consent import actions as consent
from ats.consent.rules import Kind, text_hash
from ats.consent.statement import pool_wording, render_statement
from ats.core import audit, db, outbox
from ats.core.access import Candidate, Visitor
from ats.core.errors import NotFound
from ats.core.rooms import Subject
from ats.core.services import Services
from ats.documents import actions as documents
from ats.documents.places import Purpose
from ats.documents.uploads import Received
from ats.messages.actions import write_message
from ats.pool import actions as pool
from ats.pool import queries as memberships
from ats.retention.rules import ERASE_WITHDRAWN, Basis, basis_of, due_date, erase_after
from ats.sharing import actions as sharing

CHANNEL_FORM = "application form"


class Submission(msgspec.Struct, frozen=True):
    """An application as it comes from the form, every field checked.

    form_hash: of the form's own token, so that one form makes one application. channel: where it came in.
    """

    contact: Contact
    vacancy_id: UUID | None
    vacancy_title: str
    documents: tuple[tuple[Purpose, Received], ...]
    joins_pool: bool
    objects_to_sharing: bool
    form_hash: bytes
    channel: str = CHANNEL_FORM


async def submit_application(services: Services, actor: Visitor, submission: Submission, *, now: datetime) -> bool:
    """Store an application and all that comes with it in one transaction; False when this form was sent before.

    Written together: the person (or the one known by this e-mail address), the application with its clock, its
    documents and the jobs to read them, the consent events, an objection to sharing, the confirmation mail with the
    private link, and the audit event. Raises NotFound when a kept upload is gone.
    """
    async with db.transaction():
        if await _sent_before(submission.form_hash):
            return False
        registered = await people.recognise(services, submission.contact)
        application_id = await _store(services, submission, registered.candidate_id, now)
        if registered.is_new:
            await people.store_new(services, registered, submission.contact, now=now)
        for purpose, received in submission.documents:
            await documents.attach(
                services, received, purpose, application_id, registered.candidate_id, registered.data_key, now=now
            )
        in_pool = await _record_choice(services, submission, registered.candidate_id, actor, now)
        if submission.objects_to_sharing:
            await sharing.object_to_sharing(
                services, actor, registered.candidate_id, channel=submission.channel, now=now
            )
        await refresh_due_dates(services, registered.candidate_id, now=now)
        await audit.record(
            audit.Tag.APPLICATION_SUBMIT, actor, now=now, candidate_id=registered.candidate_id,
            object_id=application_id,
            detail={"documents": len(submission.documents), "vacancy_id": submission.vacancy_id},
        )  # fmt: skip
        await _confirm(services, submission, registered, in_pool=in_pool, now=now)
    return True


async def _sent_before(form_hash: bytes) -> bool:
    # The constraint settles a race of two equal forms; this only makes the usual repeat cheap and quiet.
    await db.fetch("SELECT pg_advisory_xact_lock($1)", int.from_bytes(form_hash[:8], "big") >> 1)
    return await Application.exists().where(Application.form_hash == form_hash)


async def _store(services: Services, submission: Submission, candidate_id: UUID, now: datetime) -> UUID:
    application_id = uuid4()
    applied_on = services.today(now)
    await Application.insert(
        Application(
            id=application_id,
            candidate_id=candidate_id,
            vacancy_id=submission.vacancy_id,
            language=submission.contact.language,
            statement_hash=render_statement(services.organisation).hash,
            form_hash=submission.form_hash,
            applied_at=now,
            applied_on=applied_on,
            basis=Basis.APPLICATION.value,
            due_on=due_date(applied_on, Basis.APPLICATION, services.organisation.retention),
        ),
    )
    return application_id


async def _record_choice(
    services: Services, submission: Submission, candidate_id: UUID, actor: Visitor, now: datetime
) -> bool:
    """Append what was shown and chosen about the pool, and act on a consent; whether it made the person a member."""
    language = submission.contact.language

    async def record(kind: Kind) -> UUID:
        return await consent.record_event(
            candidate_id,
            kind,
            statement_hash=render_statement(services.organisation).hash,
            wording_hash=text_hash(pool_wording(services.organisation, language)),
            language=language,
            channel=submission.channel,
            now=now,
        )

    await record(Kind.SHOWN)
    if not submission.joins_pool:
        await record(Kind.REFUSED)
        return False
    event_id = await record(Kind.GIVEN)
    if not await pool.join_pool(services, candidate_id, event_id, since=services.today(now)):
        return False
    await audit.record(
        audit.Tag.POOL_JOIN, actor, now=now, candidate_id=candidate_id, object_id=event_id,
        detail={"channel": submission.channel},
    )  # fmt: skip
    return True


async def _confirm(
    services: Services, submission: Submission, registered: people.Registered, *, in_pool: bool, now: datetime
) -> None:
    token = await people.new_link(registered.candidate_id, now=now)
    await write_message(
        services,
        registered.candidate_id,
        registered.data_key,
        "application_received",
        submission.contact.language,
        {
            "vacancy": submission.vacancy_title,
            "link": private_url(services.settings.base_url, token),
            "in_pool": "yes" if in_pool else "",
        },
        now=now,
    )


async def refresh_due_dates(services: Services, candidate_id: UUID, *, now: datetime) -> None:
    """Set the due date of each of a person's applications to what the rules say now, in the open transaction.

    Called after everything that can change a basis: an application, a consent, a withdrawal. Nothing else moves one.
    What falls past its date by this is unreadable when the transaction commits, and erased after the grace. What is
    past its date already stays so, also when no sweep has come by yet.
    """
    membership = await memberships.membership_of(candidate_id)
    periods = services.organisation.retention
    async with db.past_due_visible():
        rows = await (
            Application.select(
                Application.id,
                Application.applied_at,
                Application.applied_on,
                Application.basis,
                Application.erase_after,
            )
            .where(Application.candidate_id == candidate_id, Application.due_on > services.today(now))
            .lock_rows("UPDATE")
        )
        for row in rows:
            basis = basis_of(row["applied_at"], membership.given_at if membership else None)
            if basis.value == row["basis"]:
                continue
            due_on = due_date(row["applied_on"], basis, periods)
            values: dict[Any, object] = {Application.basis: basis.value, Application.due_on: due_on}
            # A grace that runs already, from withdrawing the application itself, is never made longer.
            if due_on <= services.today(now) and row["erase_after"] is None:
                values[Application.erase_after] = erase_after(now, periods)
                await _erase_later(services, row["id"], erase_after(now, periods), now)
            await Application.update(values).where(Application.id == row["id"])


async def _erase_later(services: Services, application_id: UUID, when: datetime, now: datetime) -> None:
    # The job must outlive the person whom it erases, so it is not theirs.
    await outbox.put(services.doorbell, ERASE_WITHDRAWN, application_id, now=now, run_after=when)


async def withdraw_application(services: Services, actor: Candidate, application_id: UUID, *, now: datetime) -> None:
    """The person withdraws an application: out of every list at once, erased after the grace. Harmless when repeated.

    Raises NotFound for an application of somebody else.
    """
    when = erase_after(now, services.organisation.retention)
    async with db.transaction():
        row = await (
            Application.select(Application.withdrawn_at)
            .where(Application.id == application_id, Application.candidate_id == actor.id)
            .lock_rows("UPDATE")
            .first()
        )
        if row is None:
            raise NotFound
        if row["withdrawn_at"] is not None:
            return
        await Application.update({Application.withdrawn_at: now, Application.erase_after: when}).where(
            Application.id == application_id
        )
        await audit.record(
            audit.Tag.APPLICATION_WITHDRAW, actor, now=now, candidate_id=actor.id, object_id=application_id
        )
        await _erase_later(services, application_id, when, now)
        person = await candidates.load_person(actor.id)
        await write_message(
            services,
            actor.id,
            await candidates.data_key(services, actor.id),
            "application_withdrawn",
            person.language,
            {"erase_after": when.isoformat()},
            now=now,
        )


async def erase_rows(_services: Services, subject: Subject) -> dict[str, int]:
    """Erasure: delete the application, or every application of the person."""
    query = Application.delete().where(Application.candidate_id == subject.candidate_id)
    if subject.application_id is not None:
        query = query.where(Application.id == subject.application_id)
    gone = await query.returning(Application.id)
    return {"application": len(gone)}
