"""The invented candidates, their documents and the vacancies that they apply for."""

import datetime as dt
import io

import docx
import pytest
from stdnum.be import nn

from ats.demo.documents import DemoFile, cv, cv_docx, cv_pdf, letter, letter_pdf, letter_text
from ats.demo.people import Person, national_number, people
from ats.demo.vacancies import vacancies
from ats.demo.words import WORDS
from ats.documents.rules import Kind, Limits, safe_name, sniff
from worker.reading.messages import ReadRequest, ReadResult
from worker.reading.reader import read

LANGUAGES = {"nl", "fr", "en", "de"}
IN_LETTER = "letter"
EVERYBODY = pytest.mark.parametrize("person", people(), ids=lambda person: person.slug)


def read_back(kind: Kind, data: bytes) -> ReadResult:
    return read(ReadRequest(data, kind, Limits()))


def words_of(text: str) -> str:
    return " ".join(text.split())


def assert_complete(text: str, person: Person, *, in_letter: bool) -> None:
    expected = [fact.text for fact in person.facts if (fact.place == IN_LETTER) is in_letter]
    assert not [fact for fact in expected if words_of(fact) not in words_of(text)]
    assert person.name in text
    assert person.email in text
    assert person.phone in text


@EVERYBODY
def test_the_cv_reads_back_with_all_that_it_discloses(person: Person) -> None:
    file = cv(person)
    assert_complete(read_back(file.kind, file.data).text, person, in_letter=False)


@EVERYBODY
def test_every_person_can_have_a_cv_in_both_formats_and_two_pages_as_pdf(person: Person) -> None:
    made = read_back(Kind.PDF, cv_pdf(person))
    assert made.pages == 2
    assert_complete(made.text, person, in_letter=False)
    assert_complete(read_back(Kind.DOCX, cv_docx(person)).text, person, in_letter=False)


@EVERYBODY
def test_the_letter_reads_back_with_all_that_it_discloses(person: Person) -> None:
    if not person.letter:
        assert letter(person) is None
        assert not person.facts_in(IN_LETTER)
    made = read_back(Kind.PDF, letter_pdf(person))
    assert made.pages == 1
    assert_complete(made.text, person, in_letter=True)
    assert_complete(read_back(Kind.TEXT, letter_text(person)).text, person, in_letter=True)


@EVERYBODY
def test_the_same_person_gives_the_same_bytes(person: Person) -> None:
    assert cv_pdf(person) == cv_pdf(person)
    assert cv_docx(person) == cv_docx(person)
    assert letter_pdf(person) == letter_pdf(person)


@EVERYBODY
def test_the_files_are_what_their_names_say(person: Person) -> None:
    files: list[DemoFile] = [file for file in (cv(person), letter(person)) if file is not None]
    for file in files:
        assert safe_name(file.name) == file.name
        assert sniff(file.data, file.name) is file.kind


@EVERYBODY
def test_nobody_can_be_mistaken_for_a_real_person(person: Person) -> None:
    assert person.email.endswith(("@example.org", "@example.com"))
    assert person.phone.startswith(("+32 470 00 00 ", "+33 1 99 00 ", "+49 176 040690"))


@EVERYBODY
def test_a_national_number_is_valid_and_says_what_the_person_says(person: Person) -> None:
    number = national_number(person.born, person.serial)
    assert nn.is_valid(number)
    assert nn.get_birth_date(number) == person.born
    assert nn.get_gender(number) == ("F" if person.female else "M")
    for fact in person.facts:
        assert (number in fact.text) is (fact.label == "NATIONAL_ID")


def test_a_number_of_somebody_born_in_this_century_is_valid() -> None:
    assert nn.is_valid(national_number(dt.date(2003, 5, 6), 998))


def test_no_national_number_stands_in_the_sources() -> None:
    from importlib.resources import files

    source = files("ats.demo").joinpath("people.toml").read_text("utf-8")
    assert not [person.slug for person in people() if national_number(person.born, person.serial) in source]


def test_a_word_document_has_a_header_a_footer_and_a_table() -> None:
    person = next(person for person in people() if person.cv is Kind.DOCX)
    document = docx.Document(io.BytesIO(cv_docx(person)))
    assert person.name in document.sections[0].header.paragraphs[0].text
    assert person.name in document.sections[0].footer.paragraphs[0].text
    assert len(document.tables) == 1


def test_the_cast_shows_every_language_format_and_clock() -> None:
    cast = people()
    assert {person.language for person in cast} == LANGUAGES == set(WORDS)
    for language in LANGUAGES:
        assert {person.cv for person in cast if person.language == language} == {Kind.PDF, Kind.DOCX}
    assert any(not person.pool and 366 < person.days_ago < 1096 for person in cast)
    assert any(person.pool and 366 < person.days_ago < 1096 for person in cast)
    assert any(person.days_ago > 1096 for person in cast)
    assert any(person.days_ago < 7 for person in cast)
    assert any(person.objects for person in cast)
    assert any(not person.vacancy for person in cast)
    assert len({person.slug for person in cast}) == len({person.email for person in cast}) == len(cast)


def test_the_cast_discloses_facts_of_every_tier() -> None:
    labels = {fact.label for person in people() for fact in person.facts}
    assert {"NATIONAL_ID", "HEALTH", "CRIMINAL", "RELIGION", "POLITICS", "UNION", "ETHNICITY", "SEXUALITY"} <= labels
    assert {"PERSONAL", "FAMILY", "SALARY", "BENEFITS", "REFERENCE"} <= labels


def test_every_vacancy_is_complete_in_every_language_and_older_than_its_applications() -> None:
    board = {vacancy.slug: vacancy for vacancy in vacancies()}
    assert len(board) == 5
    for vacancy in board.values():
        assert set(vacancy.texts) == LANGUAGES
        assert vacancy.pay_from < vacancy.pay_to
        assert all(text.title and text.summary and len(text.paragraphs) == 3 for text in vacancy.texts.values())
    for person in people():
        assert not person.vacancy or person.days_ago < board[person.vacancy].days_open
