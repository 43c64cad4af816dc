"""The invented candidates of the demonstration, in Dutch, French, English and German.

Their ages are chosen so that every clock of the privacy statement (section 3.5) can be seen: applications of this week,
past one year without and with the talent pool, and past three years.
"""

import datetime as dt
from functools import cache
from importlib.resources import files

import msgspec
from babel.dates import format_date

from ats.documents.rules import Kind


class Fact(msgspec.Struct, frozen=True):
    """Something that the documents disclose and a recruiter need not know.

    label: the label that a detector should give it. place: where it stands: personal, profile, experience,
    expectations, interests, references or letter. heading: what stands before it in a list.
    """

    label: str
    place: str
    text: str
    heading: str = ""


class Job(msgspec.Struct, frozen=True):
    """A job in a CV."""

    title: str
    employer: str
    place: str
    period: str
    tasks: tuple[str, ...]


class Study(msgspec.Struct, frozen=True):
    """A course of study in a CV."""

    title: str
    school: str
    period: str


class Person(msgspec.Struct, frozen=True):
    """An invented candidate and their application.

    serial: the part of a national register number that follows the date of birth; odd for men, even for women.
    vacancy: the slug of the vacancy, or "" for a spontaneous application. days_ago: age of the application in days.
    pool: gave the talent-pool consent. objects: objects to sharing with affiliates. letter: pdf, text, or "" for none.
    """

    slug: str
    given_name: str
    family_name: str
    female: bool
    language: str
    born: dt.date
    serial: int
    email: str
    phone: str
    address: tuple[str, str]
    vacancy: str
    days_ago: int
    pool: bool
    cv: Kind
    letter: str
    headline: str
    profile: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    interests: str
    motivation: tuple[str, ...]
    facts: tuple[Fact, ...]
    experience: tuple[Job, ...]
    education: tuple[Study, ...]
    objects: bool = False

    @property
    def name(self) -> str:
        """The given and the family name."""
        return f"{self.given_name} {self.family_name}"

    def facts_in(self, place: str) -> tuple[Fact, ...]:
        """The facts that stand in one place."""
        return tuple(fact for fact in self.facts if fact.place == place)


def national_number(born: dt.date, serial: int) -> str:
    """A Belgian national register number with the right check digits, in its usual notation.

    The number is the date of birth, a serial of three digits and 97 minus the rest of these nine digits by 97; those
    born from 2000 on count as if a 2 stood before them (royal decree of 3 April 1984). The invented people have serials
    at the very end of a day's range, which is rarely reached.
    """
    digits = f"{born:%y%m%d}{serial:03d}"
    base = int(f"2{digits}" if born.year >= 2000 else digits)
    return f"{born:%y.%m.%d}-{serial:03d}.{97 - base % 97:02d}"


class _Cast(msgspec.Struct, frozen=True):
    people: tuple[Person, ...]


@cache
def people() -> tuple[Person, ...]:
    """All invented candidates, the dates and numbers of their facts filled in."""
    source = files("ats.demo").joinpath("people.toml").read_bytes()
    return tuple(_complete(person) for person in msgspec.toml.decode(source, type=_Cast).people)


def _complete(person: Person) -> Person:
    birth = format_date(person.born, "long", locale="en_GB" if person.language == "en" else person.language)
    number = national_number(person.born, person.serial)
    facts = tuple(
        msgspec.structs.replace(fact, text=fact.text.format(birth=birth, national_number=number))
        for fact in person.facts
    )
    return msgspec.structs.replace(person, facts=facts)
