"""The invented vacancies of the demonstration, each in Dutch, French, English and German."""

from functools import cache
from importlib.resources import files

import msgspec


class VacancyText(msgspec.Struct, frozen=True):
    """A vacancy in one language."""

    title: str
    summary: str
    paragraphs: tuple[str, ...]

    @property
    def description(self) -> str:
        """The paragraphs with a blank line between them."""
        return "\n\n".join(self.paragraphs)


class DemoVacancy(msgspec.Struct, frozen=True):
    """An invented vacancy.

    contract: permanent or fixed_term. pay_from, pay_to: gross pay in euro a month. days_open: since how many days it is
    published. texts: by language code.
    """

    slug: str
    place: str
    contract: str
    pay_from: int
    pay_to: int
    days_open: int
    texts: dict[str, VacancyText]


class _Board(msgspec.Struct, frozen=True):
    vacancies: tuple[DemoVacancy, ...]


@cache
def vacancies() -> tuple[DemoVacancy, ...]:
    """All invented vacancies."""
    source = files("ats.demo").joinpath("vacancies.toml").read_bytes()
    return msgspec.toml.decode(source, type=_Board).vacancies
