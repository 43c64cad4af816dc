"""The privacy statement: the same in every language, rendered from the configuration that runs."""

import re
from itertools import product

import msgspec
import pytest
from lxml import html

from ats.consent.statement import pool_wording, render_statement
from ats.organisation import LANGUAGES, Organisation, Retention, load_organisation

ORGANISATION = load_organisation()
YEAR = {"nl": ("1 jaar", "3 jaar"), "fr": ("1 an,?", "3 ans"), "en": ("1 year", "3 years"), "de": ("1 Jahr", "3 Jahre")}
SECTIONS = ["who", "why", "what", "ground", "from", "how-long", "whom", "decisions", "security", "rights", "changes"]


def tree(language: str, organisation: Organisation = ORGANISATION) -> html.HtmlElement:
    return html.fromstring(f"<div>{render_statement(organisation).texts[language]}</div>")


def part(language: str, section: str, organisation: Organisation = ORGANISATION) -> str:
    """The text between a heading and the next."""
    text = render_statement(organisation).texts[language]
    return text.partition(f'<h2 id="{section}">')[2].partition("<h2")[0]


def test_there_is_a_text_in_every_language() -> None:
    texts = render_statement(ORGANISATION).texts
    assert tuple(texts) == LANGUAGES
    assert len(set(texts.values())) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_sections_lists_and_links(language: str) -> None:
    own, english = tree(language), tree("en")
    assert own.xpath("//h2/@id") == SECTIONS
    for path in ("//h2", "//p", "//ul", "//li", "//strong"):
        assert len(own.xpath(path)) == len(english.xpath(path)), path
    assert own.xpath("//a/@href") == english.xpath("//a/@href")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_facts_of_the_organisation_come_from_its_configuration(language: str) -> None:
    other = msgspec.structs.replace(
        ORGANISATION,
        name="Ander & Co",
        address=["Lange Straat 1", "9000 Gent"],
        company_number="0123.456.749",
        privacy_contact="dpo@ander.example",
        affiliates=[],
    )
    text = tree(language, other).text_content()
    assert all(
        fact in text for fact in ("Ander & Co", "Lange Straat 1, 9000 Gent", "0123.456.749", "dpo@ander.example")
    )
    assert "Infosentry" not in text
    assert all(affiliate.name in tree(language).text_content() for affiliate in ORGANISATION.affiliates)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_periods_are_the_ones_that_the_clocks_use(language: str) -> None:
    one, three = YEAR[language]
    section = part(language, "how-long")
    assert re.search(one, section) and re.search(three, section)
    shorter = msgspec.structs.replace(ORGANISATION, retention=Retention(pool_years=2, grace_hours=48))
    section = part(language, "how-long", shorter)
    assert not re.search(three, section) and re.search(three.replace("3", "2"), section)
    assert "48 " in section


@pytest.mark.parametrize(("language", "hours"), [*product(LANGUAGES, (0, 1))])
def test_the_grace_after_a_withdrawal_reads_well_when_it_is_short(language: str, hours: int) -> None:
    section = part(language, "how-long", msgspec.structs.replace(ORGANISATION, retention=Retention(grace_hours=hours)))
    assert re.search(r"\b0\b", section) is None
    assert bool(re.search(r"\b1 (uur|heure|hour|Stunde)\b", section)) == (hours == 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_supervisory_authority_is_named_with_its_address(language: str) -> None:
    authority = ORGANISATION.supervisory_authority
    assert authority.name_in(language) in part(language, "rights")
    assert f'href="{authority.website}"' in part(language, "rights")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_beside_the_pool_box_name_the_organisation_and_the_period(language: str) -> None:
    wording = pool_wording(ORGANISATION, language)
    assert ORGANISATION.name in wording and re.search(r"\b3\b", wording)
    assert "%(" not in wording


def test_another_configuration_is_another_version_and_the_same_one_is_the_same() -> None:
    stricter = msgspec.structs.replace(ORGANISATION, retention=Retention(pool_years=2))
    assert render_statement(stricter).hash != render_statement(ORGANISATION).hash
    assert render_statement(load_organisation()).hash == render_statement(ORGANISATION).hash
