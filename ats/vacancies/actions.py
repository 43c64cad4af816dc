"""Adding vacancies."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import msgspec

from ats.core import db
from ats.core.errors import Conflict, Invalid
from ats.core.text import N_
from ats.organisation import LANGUAGES
from ats.vacancies.rules import SLUG, Contract
from ats.vacancies.tables import Vacancy, VacancyRecruiter, VacancyText

BAD_SLUG = N_("Use lower-case letters, digits and single hyphens, such as data-engineer.")
BAD_PAY = N_("The pay range must begin above zero and end where it begins or higher.")
BAD_TEXTS = N_("Give the text in at least one of the languages of the site.")
SLUG_TAKEN = N_("Another vacancy has this address already.")


class Words(msgspec.Struct, frozen=True):
    """A vacancy in one language. description: plain text, a blank line between paragraphs."""

    title: str
    summary: str
    description: str


class NewVacancy(msgspec.Struct, frozen=True, kw_only=True):
    """A vacancy to publish.

    pay_from, pay_to: gross pay in euro a month, always shown (Directive (EU) 2023/970, Art. 5). published_on: civil
    date from which it is open. closed_on: civil date from which it is not. texts: by language code. recruiters: ids of
    the accounts that work on it.
    """

    slug: str
    place: str
    contract: Contract
    pay_from: int
    pay_to: int
    published_on: date
    texts: Mapping[str, Words]
    closed_on: date | None = None
    recruiters: tuple[UUID, ...] = ()


async def add_vacancy(vacancy: NewVacancy) -> UUID:
    """Store a vacancy with its texts and its recruiters; gives its id.

    Raises Invalid for a slug, pay range or languages that cannot be, Conflict when the slug is taken.
    """
    _check(vacancy)
    vacancy_id = uuid4()
    try:
        async with db.transaction():
            await Vacancy.insert(
                Vacancy(
                    id=vacancy_id,
                    slug=vacancy.slug,
                    place=vacancy.place,
                    contract=vacancy.contract.value,
                    pay_from=vacancy.pay_from,
                    pay_to=vacancy.pay_to,
                    published_on=vacancy.published_on,
                    closed_on=vacancy.closed_on,
                ),
            )
            await VacancyText.insert(
                *(
                    VacancyText(
                        vacancy_id=vacancy_id,
                        language=language,
                        title=words.title,
                        summary=words.summary,
                        description=words.description,
                    )
                    for language, words in vacancy.texts.items()
                ),
            )
            if vacancy.recruiters:
                await VacancyRecruiter.insert(
                    *(VacancyRecruiter(vacancy_id=vacancy_id, account_id=each) for each in vacancy.recruiters),
                )
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "vacancy_slug_key":
            raise
        raise Conflict(SLUG_TAKEN) from None
    return vacancy_id


def _check(vacancy: NewVacancy) -> None:
    errors = {}
    if not SLUG.fullmatch(vacancy.slug):
        errors["slug"] = BAD_SLUG
    if not 0 < vacancy.pay_from <= vacancy.pay_to:
        errors["pay"] = BAD_PAY
    if not vacancy.texts or not vacancy.texts.keys() <= set(LANGUAGES):
        errors["texts"] = BAD_TEXTS
    if errors:
        raise Invalid(errors)
