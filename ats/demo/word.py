"""Lays out the DOCX documents of the demonstration."""

import datetime as dt
import io
import zipfile

import docx
from docx.document import Document
from docx.shared import Pt, RGBColor

from ats.demo.people import Person
from ats.demo.words import WORDS, Words

# The properties of a document and its container hold a time; a fixed one makes the same person give the same bytes.
_WRITTEN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def cv(person: Person) -> bytes:
    """A CV with a header and a footer, and a table with the personal details."""
    words = WORDS[person.language]
    document = docx.Document()
    _set_style(document)
    section = document.sections[0]
    section.header.paragraphs[0].text = f"{person.name} | {person.email} | {person.phone}"
    section.footer.paragraphs[0].text = f"{words.cv_name} {person.name}"
    document.add_heading(person.name, 0)
    document.add_paragraph(person.headline)
    _add_details(document, person, words)
    document.add_heading(words.profile, 1)
    document.add_paragraph(" ".join([person.profile, *(fact.text for fact in person.facts_in("profile"))]))
    _add_experience(document, person, words)
    _add_rest(document, person, words)
    document.core_properties.author = person.name
    document.core_properties.created = document.core_properties.modified = _WRITTEN
    buffer = io.BytesIO()
    document.save(buffer)
    return _with_fixed_times(buffer.getvalue())


def _set_style(document: Document) -> None:
    style = document.styles["Normal"]
    style.font.name = "Calibri"
    style.font.size = Pt(10.5)
    style.font.color.rgb = RGBColor(0x1F, 0x29, 0x33)


def _add_details(document: Document, person: Person, words: Words) -> None:
    document.add_heading(words.personal, 1)
    rows = [(words.contact, ", ".join(person.address)), *((f.heading, f.text) for f in person.facts_in("personal"))]
    table = document.add_table(0, 2)
    table.style = "Light List Accent 1"
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value


def _add_experience(document: Document, person: Person, words: Words) -> None:
    document.add_heading(words.experience, 1)
    extra = [fact.text for fact in person.facts_in("experience")]
    for index, job in enumerate(person.experience):
        document.add_heading(job.title, 2)
        document.add_paragraph(f"{job.employer}, {job.place} | {job.period}")
        for task in (*job.tasks, *(() if index else extra)):
            document.add_paragraph(task, "List Bullet")


def _add_rest(document: Document, person: Person, words: Words) -> None:
    document.add_heading(words.education, 1)
    for study in person.education:
        document.add_paragraph(f"{study.title}, {study.school} | {study.period}")
    for heading, entries in ((words.skills, person.skills), (words.languages, person.languages)):
        document.add_heading(heading, 1)
        for entry in entries:
            document.add_paragraph(entry, "List Bullet")
    document.add_heading(words.interests, 1)
    document.add_paragraph(" ".join([person.interests, *(fact.text for fact in person.facts_in("interests"))]))
    for place, heading in (("expectations", words.expectations), ("references", words.references)):
        if facts := person.facts_in(place):
            document.add_heading(heading, 1)
            for fact in facts:
                document.add_paragraph(fact.text)


def _with_fixed_times(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            target.writestr(
                zipfile.ZipInfo(entry.filename, _ZIP_TIME), source.read(entry), compress_type=zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()
