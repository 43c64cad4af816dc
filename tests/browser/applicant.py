"""Somebody invented who applies in the browser, with documents that say too much."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ats.demo.documents import cv_pdf, letter_pdf
from ats.demo.people import Fact, Person, national_number, people
from ats.documents.rules import Kind


@dataclass(frozen=True)
class Applicant:
    """Who applies, with the paths of their documents.

    restricted, confidential: words of the documents that must be masked; plain: words that a recruiter reads.
    """

    name: str
    email: str
    cv: Path
    letter: Path
    restricted: tuple[str, ...]
    confidential: tuple[str, ...]
    plain: tuple[str, ...]


def make_applicant(folder: Path, given_name: str) -> Applicant:
    """Write the documents of a new applicant to `folder`. Everything but the plain words is this person's own."""
    born, serial = dt.date(1988, 3, 9), 980
    number = national_number(born, serial)
    facts = (
        Fact("NATIONAL_ID", "personal", number, "Belgian national number"),
        Fact("FAMILY", "personal", "Divorced, mother of two daughters", "Marital status"),
        Fact("SALARY", "expectations", "My current gross salary is EUR 4,120 per month."),
        Fact("HEALTH", "letter", "I was diagnosed with multiple sclerosis in 2019."),
    )
    template = next(person for person in people() if person.language == "en" and person.letter)
    person: Person = msgspec.structs.replace(
        template,
        slug=given_name.lower(),
        given_name=given_name,
        family_name="Vandecasteele",
        female=True,
        born=born,
        serial=serial,
        email=f"{given_name.lower()}.vandecasteele@example.org",
        phone="+32 470 00 00 99",
        cv=Kind.PDF,
        letter="pdf",
        facts=facts,
    )
    cv, letter = folder / "My CV.pdf", folder / "My letter.pdf"
    cv.write_bytes(cv_pdf(person))
    letter.write_bytes(letter_pdf(person))
    return Applicant(
        name=person.name,
        email=person.email,
        cv=cv,
        letter=letter,
        restricted=(number, "multiple sclerosis"),
        confidential=("Divorced", "4,120"),
        plain=(person.headline, person.experience[0].employer),
    )
