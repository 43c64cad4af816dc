"""Fills an empty database with the demonstration, by the same actions that people's own forms and commands call."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from ats.applications.actions import Submission, submit_application
from ats.candidates.actions import Contact
from ats.core import db
from ats.core.access import Role, Visitor
from ats.core.errors import NotFound
from ats.core.services import Services
from ats.demo.documents import DemoFile, cv, letter
from ats.demo.people import Person, people
from ats.demo.vacancies import DemoVacancy, vacancies
from ats.documents.places import Purpose
from ats.documents.rules import DocumentRefused, Limits, Refusal
from ats.documents.uploads import Received, UploadSink
from ats.staff.actions import add_account
from ats.staff.queries import accounts_page
from ats.vacancies.actions import NewVacancy, Words, add_vacancy
from ats.vacancies.queries import vacancy_by_slug
from ats.vacancies.rules import Contract


class SignIn(msgspec.Struct, frozen=True):
    """An account of the demonstration. Its password is no secret: it is printed at every start."""

    role: Role
    name: str
    email: str
    password: str


# The administrator comes last: that account tells that the whole demonstration is there.
SIGN_INS = (
    SignIn(Role.RECRUITER, "Inge Van Daele", "recruiter@infosentry.example", "zeven-lampen-op-de-brug"),
    SignIn(Role.PRIVACY_COORDINATOR, "Marc Delvaux", "privacy@infosentry.example", "drie-reigers-bij-de-sluis"),
    SignIn(Role.ADMINISTRATOR, "Nadia Peeters", "admin@infosentry.example", "vier-manden-verse-kersen"),
)


async def fill(services: Services, *, now: datetime) -> None:
    """Add accounts, vacancies and candidates, unless they are there or the database is somebody's own.

    now: the present moment; each person applies as many days before it as they are said to have. Those whose time is
    over are invisible from the start, and erased by the first sweep. Called again after an interruption, it goes on.
    """
    present = {account.email: account.id for account in (await accounts_page(None)).items}
    if present.keys() - {each.email for each in SIGN_INS} or SIGN_INS[-1].email in present:
        return
    for each in SIGN_INS[:-1]:
        if each.email not in present:
            present[each.email] = await _add_account(services, each, now)
    vacancy_ids = {
        each.slug: await _add_vacancy(services, each, (present[SIGN_INS[0].email],), now) for each in vacancies()
    }
    for number, person in enumerate(people()):
        # Nobody applies at the same second as somebody else.
        await _apply(services, person, vacancy_ids, now - timedelta(days=person.days_ago, minutes=7 * number))
    await _add_account(services, SIGN_INS[-1], now)


async def _add_account(services: Services, account: SignIn, now: datetime) -> UUID:
    language = services.organisation.languages[0]
    return await add_account(services, account.email, account.name, account.role, language, account.password, now=now)


async def _add_vacancy(services: Services, vacancy: DemoVacancy, recruiters: tuple[UUID, ...], now: datetime) -> UUID:
    today = services.today(now)
    try:
        return (await vacancy_by_slug(vacancy.slug, services.organisation.languages[0], today)).id
    except NotFound:
        return await add_vacancy(
            NewVacancy(
                slug=vacancy.slug,
                place=vacancy.place,
                contract=Contract(vacancy.contract),
                pay_from=vacancy.pay_from,
                pay_to=vacancy.pay_to,
                published_on=today - timedelta(days=vacancy.days_open),
                texts={
                    language: Words(text.title, text.summary, text.description)
                    for language, text in vacancy.texts.items()
                },
                recruiters=recruiters,
            ),
        )


async def _apply(services: Services, person: Person, vacancy_ids: dict[str, UUID], then: datetime) -> None:
    """Send the person's application as it would have been sent at the moment `then`."""
    files = [(Purpose.CV, cv(person)), (Purpose.LETTER, letter(person))]
    # Row security compares with the day, so what was not yet due then is visible while it is written.
    with db.as_of(services.today(then)):
        submission = Submission(
            contact=Contact(person.name, person.email, person.phone.replace(" ", ""), person.language),
            vacancy_id=vacancy_ids.get(person.vacancy),
            vacancy_title=_title(person),
            documents=tuple(
                [(purpose, await _upload(services, file, then)) for purpose, file in files if file is not None]
            ),
            joins_pool=person.pool,
            objects_to_sharing=person.objects,
            # The same at every start, so that nobody applies twice.
            form_hash=hashlib.sha256(f"demonstration {person.slug}".encode()).digest(),
        )
        await submit_application(services, Visitor(), submission, now=then)


def _title(person: Person) -> str:
    return next((each.texts[person.language].title for each in vacancies() if each.slug == person.vacancy), "")


async def _upload(services: Services, file: DemoFile, then: datetime) -> Received:
    sink = UploadSink(services, file.name, limits=Limits(size=services.settings.upload_max_bytes), now=then)
    await sink.write(file.data)
    await sink.finish()
    if sink.received is None:
        raise DocumentRefused(sink.refusal or Refusal.EMPTY)
    return sink.received
