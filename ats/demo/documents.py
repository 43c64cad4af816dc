"""The documents of the invented candidates, made when they are needed: the same person always gives the same bytes."""

import msgspec

from ats.demo import pdf, word
from ats.demo.people import Person
from ats.demo.vacancies import vacancies
from ats.demo.words import WORDS
from ats.documents.rules import Kind


class DemoFile(msgspec.Struct, frozen=True):
    """A document as a candidate would send it."""

    name: str
    kind: Kind
    data: bytes


def cv(person: Person) -> DemoFile:
    """The person's CV in the format of their choice."""
    data = cv_pdf(person) if person.cv is Kind.PDF else cv_docx(person)
    return DemoFile(f"{WORDS[person.language].cv_name} {person.name}{person.cv.suffix}", person.cv, data)


def letter(person: Person) -> DemoFile | None:
    """The person's letter, or None if they sent none."""
    if not person.letter:
        return None
    kind = Kind(person.letter)
    data = letter_pdf(person) if kind is Kind.PDF else letter_text(person)
    return DemoFile(f"{WORDS[person.language].letter_name} {person.name}{kind.suffix}", kind, data)


def cv_pdf(person: Person) -> bytes:
    """The CV as a PDF of two pages."""
    return pdf.cv(person)


def cv_docx(person: Person) -> bytes:
    """The CV as a DOCX with a header, a footer and a table."""
    return word.cv(person)


def letter_pdf(person: Person) -> bytes:
    """The letter as a PDF."""
    return pdf.letter(person, _letter_lines(person), _subject(person))


def letter_text(person: Person) -> bytes:
    """The letter as plain text in UTF-8."""
    sender = "\n".join([person.name, *person.address, person.email, person.phone])
    return "\n\n".join([sender, _subject(person), *_letter_lines(person)]).encode() + b"\n"


def _subject(person: Person) -> str:
    words = WORDS[person.language]
    titles = {vacancy.slug: vacancy.texts[person.language].title for vacancy in vacancies()}
    return words.subject.format(title=titles[person.vacancy]) if person.vacancy else words.unsolicited


def _letter_lines(person: Person) -> list[str]:
    words = WORDS[person.language]
    facts = [fact.text for fact in person.facts_in("letter")]
    # What should not be read stands between the lines of the motivation, as it does in real letters.
    motivation = [*person.motivation[:1], *facts, *person.motivation[1:]]
    return [words.greeting, *motivation, words.closing, person.name]
