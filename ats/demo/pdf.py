"""Lays out the PDF documents of the demonstration."""

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

from ats.demo.people import Job, Person
from ats.demo.words import WORDS, Words

_WIDTH, _HEIGHT = A4
_BAND = 42 * mm
_SIDE = 66 * mm
_MARGIN = 14 * mm
_INK = HexColor("#1f2933")
_PALE = HexColor("#f1f4f7")
_ACCENTS = tuple(HexColor(code) for code in ("#0f4c5c", "#5a3d7a", "#7a2e3a", "#2f5d3a", "#2b4a8b", "#7a4f1d"))

_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=10.5, leading=15.5, textColor=_INK, spaceAfter=5)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=9, leading=13, spaceAfter=4)
_BULLET = ParagraphStyle("bullet", parent=_TEXT, leftIndent=10, bulletIndent=0, spaceAfter=3)
_MUTED = ParagraphStyle("muted", parent=_SMALL, textColor=HexColor("#52606d"))
_LETTER = ParagraphStyle("letter", parent=_TEXT, fontSize=11, leading=17, spaceAfter=11)


def accent(person: Person) -> Color:
    """The colour of a person's documents; the same person always gets the same one."""
    return _ACCENTS[person.serial % len(_ACCENTS)]


def cv(person: Person) -> bytes:
    """A CV of two pages: a band with the name, a column with the details beside the experience, then the rest."""
    words = WORDS[person.language]
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, pagesize=A4, invariant=1, title=f"{words.cv_name} {person.name}")
    column = _WIDTH - _SIDE - _MARGIN - 10 * mm
    first = Frame(_SIDE + 10 * mm, 14 * mm, column, _HEIGHT - _BAND - 24 * mm, 0, 0, 0, 0)
    later = Frame(_MARGIN, 18 * mm, _WIDTH - 2 * _MARGIN, _HEIGHT - 48 * mm, 0, 0, 0, 0)

    def first_page(canvas: Canvas, _: BaseDocTemplate) -> None:
        _draw_band(canvas, person)
        _draw_side(canvas, person, words)

    def later_page(canvas: Canvas, _: BaseDocTemplate) -> None:
        _draw_running_head(canvas, person, words)

    document.addPageTemplates(
        [PageTemplate("first", [first], onPage=first_page), PageTemplate("later", [later], onPage=later_page)]
    )
    document.build(_first_story(person, words) + _second_story(person, words))
    return buffer.getvalue()


def letter(person: Person, lines: Sequence[str], subject: str) -> bytes:
    """A letter on one page: sender, subject and paragraphs."""
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, pagesize=A4, invariant=1, title=subject)
    frame = Frame(28 * mm, 25 * mm, _WIDTH - 56 * mm, _HEIGHT - 50 * mm, 0, 0, 0, 0)

    def page(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFillColor(accent(person))
        canvas.rect(0, 0, 9 * mm, _HEIGHT, stroke=0, fill=1)

    document.addPageTemplates([PageTemplate("letter", [frame], onPage=page)])
    sender = [person.name, *person.address, person.email, person.phone]
    story: list[Flowable] = [_paragraph(line, _MUTED) for line in sender]
    story += [Spacer(0, 14 * mm), *_heading(subject, person), *(_paragraph(line, _LETTER) for line in lines)]
    document.build(story)
    return buffer.getvalue()


def _paragraph(text: str, style: ParagraphStyle = _TEXT, bullet: str | None = None) -> Paragraph:
    return Paragraph(escape(text), style, bulletText=bullet)


def _heading(text: str, person: Person) -> list[Flowable]:
    style = ParagraphStyle(
        "heading", fontName="Helvetica-Bold", fontSize=13, leading=17, textColor=accent(person), spaceAfter=4
    )
    return [Spacer(0, 5 * mm), _paragraph(text, style)]


def _labelled(label: str, value: str) -> Paragraph:
    return Paragraph(f"<b>{escape(label)}:</b> {escape(value)}", _SMALL)


def _job(job: Job, extra: Sequence[str]) -> KeepTogether:
    bold = f"<b>{escape(job.title)}</b>"
    return KeepTogether(
        [
            Paragraph(bold, _TEXT),
            _paragraph(f"{job.employer}, {job.place} | {job.period}", _MUTED),
            *(_paragraph(task, _BULLET, "•") for task in (*job.tasks, *extra)),
            Spacer(0, 2 * mm),
        ]
    )


def _first_story(person: Person, words: Words) -> list[Flowable]:
    profile = " ".join([person.profile, *(fact.text for fact in person.facts_in("profile"))])
    extra = [fact.text for fact in person.facts_in("experience")]
    jobs = [_job(job, () if index else extra) for index, job in enumerate(person.experience)]
    return [
        *_heading(words.profile, person),
        _paragraph(profile),
        *_heading(words.experience, person),
        *jobs,
    ]


def _second_story(person: Person, words: Words) -> list[Flowable]:
    story: list[Flowable] = [NextPageTemplate("later"), PageBreak(), *_heading(words.education, person)]
    for study in person.education:
        story += [
            Paragraph(f"<b>{escape(study.title)}</b>", _TEXT),
            _paragraph(f"{study.school} | {study.period}", _MUTED),
        ]
    story += [*_heading(words.skills, person), *(_paragraph(skill, _BULLET, "•") for skill in person.skills)]
    interests = " ".join([person.interests, *(fact.text for fact in person.facts_in("interests"))])
    story += [*_heading(words.interests, person), _paragraph(interests)]
    for place, heading in (("expectations", words.expectations), ("references", words.references)):
        if facts := person.facts_in(place):
            story += [*_heading(heading, person), *(_paragraph(fact.text) for fact in facts)]
    return story


def _draw_band(canvas: Canvas, person: Person) -> None:
    canvas.setFillColor(accent(person))
    canvas.rect(0, _HEIGHT - _BAND, _WIDTH, _BAND, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont("Helvetica-Bold", 26)
    canvas.drawString(_MARGIN, _HEIGHT - 22 * mm, person.name)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(_MARGIN, _HEIGHT - 31 * mm, person.headline)


def _draw_side(canvas: Canvas, person: Person, words: Words) -> None:
    canvas.setFillColor(_PALE)
    canvas.rect(0, 0, _SIDE, _HEIGHT - _BAND, stroke=0, fill=1)
    story: list[Flowable] = [*_heading(words.contact, person)]
    story += [_paragraph(line, _SMALL) for line in (*person.address, person.phone, person.email)]
    story += _heading(words.personal, person)
    story += [_labelled(fact.heading, fact.text) for fact in person.facts_in("personal")]
    story += [*_heading(words.languages, person), *(_paragraph(each, _SMALL) for each in person.languages)]
    frame = Frame(_MARGIN, 14 * mm, _SIDE - _MARGIN - 4 * mm, _HEIGHT - _BAND - 24 * mm, 0, 0, 0, 0)
    frame.addFromList(story, canvas)


def _draw_running_head(canvas: Canvas, person: Person, words: Words) -> None:
    canvas.setFillColor(accent(person))
    canvas.rect(0, _HEIGHT - 6 * mm, _WIDTH, 6 * mm, stroke=0, fill=1)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(_MARGIN, _HEIGHT - 16 * mm, person.name)
    canvas.drawRightString(_WIDTH - _MARGIN, _HEIGHT - 16 * mm, f"{words.page} {canvas.getPageNumber()}")
