"""Reading one application: everything that a recruiter may see of it, and the audit event that says who looked."""

from datetime import datetime
from uuid import UUID

import msgspec

from ats.applications.queries import OpenApplication
from ats.candidates import queries as candidates
from ats.candidates.queries import Person
from ats.core import audit, db
from ats.core.access import Power, Staff
from ats.core.services import Services
from ats.documents import queries as documents
from ats.documents.queries import DocumentView, MaskedPart
from ats.documents.rules import Limits
from ats.pool import queries as pool
from ats.pool.queries import Membership
from ats.sharing import queries as sharing
from ats.sharing.queries import Objection
from ats.vacancies import queries as vacancies


class Segment(msgspec.Struct, frozen=True):
    """A stretch of a document. kind: text, masked, or revealed (a sensitive part that this account was shown just now).

    label, tier, href: of a part that is or was masked; `text` is empty while it is.
    """

    kind: str
    text: str = ""
    label: str = ""
    tier: str = ""
    href: str | None = None


class Part(msgspec.Struct, frozen=True):
    """A sensitive part, as listed beside the document.

    shown: its text, while it is shown to this account; else None. can_show: whether this account can have it shown.
    """

    finding: UUID
    label: str
    tier: str
    shown: str | None
    can_show: bool


class Sheet(msgspec.Struct, frozen=True):
    """A document to read. refusal: the English message to its applicant when it could not be read, else ""."""

    purpose: str
    state: str
    refusal: str
    refusal_values: dict[str, int]
    pages: int
    segments: list[Segment]
    parts: list[Part]


class Reading(msgspec.Struct, frozen=True):
    """An application as this account reads it. vacancy: its title, "" when the application is spontaneous."""

    application: OpenApplication
    vacancy: str
    person: Person
    membership: Membership | None
    objections: list[Objection]
    sheets: list[Sheet]


async def view_application(services: Services, actor: Staff, application: OpenApplication, *, now: datetime) -> Reading:
    """Read an application that `queries.load_application_for` has let through; the audit trail says so.

    Nothing is given back unless the event is stored. Raises NotFound when the person was erased meanwhile.
    """
    async with db.transaction():
        await audit.record(
            audit.Tag.APPLICATION_VIEW, actor, now=now, candidate_id=application.candidate_id, object_id=application.id
        )
        person = await candidates.load_person(application.candidate_id)
        data_key = await candidates.data_key(services, application.candidate_id)
        views = await documents.documents_of(application.id, data_key, actor, now=now)
        titles = await vacancies.titles([application.vacancy_id] if application.vacancy_id else [], actor.language)
        return Reading(
            application=application,
            vacancy=titles[application.vacancy_id] if application.vacancy_id else "",
            person=person,
            membership=await pool.membership_of(application.candidate_id),
            objections=await sharing.objections_of(application.candidate_id),
            sheets=[_sheet(view, actor, services) for view in views],
        )


def _sheet(view: DocumentView, actor: Staff, services: Services) -> Sheet:
    limits = Limits(size=services.settings.upload_max_bytes, pages=services.settings.document_max_pages)
    return Sheet(
        purpose=view.purpose,
        state=view.state,
        refusal=view.refusal.message if view.refusal else "",
        refusal_values=limits.values(),
        pages=view.pages,
        segments=[_segment(part) for part in view.parts],
        parts=[
            Part(part.finding, part.label, part.tier, part.shown, can_show=may_show(actor, part.tier))
            for part in view.parts
            if isinstance(part, MaskedPart)
        ],
    )


def _segment(part: str | MaskedPart) -> Segment:
    if isinstance(part, str):
        return Segment("text", part)
    if part.shown is not None:
        return Segment("revealed", part.shown, part.label, part.tier)
    return Segment("masked", "", part.label, part.tier, f"#finding-{part.finding}")


def may_show(actor: Staff, tier: str) -> bool:
    """Whether this account, reading an application, may have parts of this tier shown."""
    return actor.may(Power.REVEAL_RESTRICTED if tier == "restricted" else Power.REVEAL_CONFIDENTIAL)
