"""Vacancies, their texts by language, and who recruits for them."""

from piccolo.columns import UUID, Date, Integer, Text
from piccolo.table import Table

from ats.core.db import Bound


class Vacancy(Bound, Table, tablename="vacancy"):
    """An open position. Pay is a range in euro gross a month."""

    id = UUID(primary_key=True, default=None)
    slug = Text()
    place = Text()
    contract = Text()
    pay_from = Integer()
    pay_to = Integer()
    published_on = Date(default=None)
    closed_on = Date(null=True, default=None)


class VacancyText(Bound, Table, tablename="vacancy_text"):
    """A vacancy in one language. The key is (vacancy_id, language)."""

    vacancy_id = UUID(primary_key=True, default=None)
    language = Text()
    title = Text()
    summary = Text()
    description = Text()


class VacancyRecruiter(Bound, Table, tablename="vacancy_recruiter"):
    """A recruiter who works on a vacancy. The key is (vacancy_id, account_id)."""

    vacancy_id = UUID(primary_key=True, default=None)
    account_id = UUID(default=None)
