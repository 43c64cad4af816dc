"""Translations, dates and amounts; rendering without a request."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
import pytest
from babel.messages.pofile import read_po

from ats.organisation import LANGUAGES, load_organisation
from ats.web import environment, i18n
from ats.web.environment import render
from ats.web.formats import filters
from ats.web.negotiation import negotiate, prefers_json

ORGANISATION = load_organisation()
BRUSSELS = ZoneInfo("Europe/Brussels")
PO = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

msgid "Hello %(name)s"
msgstr "Bonjour %(name)s"

msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] "%(num)s jour"
msgstr[1] "%(num)s jours"

#, fuzzy
msgid "Unsure"
msgstr "Incertain"

msgid "Untranslated"
msgstr ""
"""


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A French catalogue of four messages."""
    folder = tmp_path / "locale"
    folder.mkdir()
    (folder / "fr.po").write_text(PO)
    monkeypatch.setattr(i18n, "FOLDER", folder)
    i18n.catalogue.cache_clear()
    yield tmp_path / "templates"
    i18n.catalogue.cache_clear()


def test_a_message_comes_out_translated_and_filled_in(french: Path) -> None:
    assert i18n.translate("fr", "Hello %(name)s", name="Ann") == "Bonjour Ann"


@pytest.mark.parametrize("message", ["Unsure", "Untranslated", "Unknown", "", "100 %"])
def test_what_is_not_translated_yet_stays_english(french: Path, message: str) -> None:
    for language in ("fr", "en", "nl"):
        assert i18n.translate(language, message) == message


def test_templates_translate_count_and_escape(french: Path) -> None:
    (french / "a.html").write_text(
        '{{ _("Hello %(name)s", name=name) }} {{ ngettext("%(num)s day", "%(num)s days", 2) }}'
    )
    text = render("a.html", "fr", organisation=ORGANISATION, name="<b>")
    assert text == "Bonjour &lt;b&gt; 2 jours"


def test_a_macro_imported_without_context_translates_too(french: Path) -> None:
    (french / "m.html").write_text('{% macro m() %}{{ _("Hello %(name)s", name="Ann") }} {{ language }}{% endmacro %}')
    (french / "b.html").write_text('{% import "m.html" as m %}{{ m.m() }}')
    assert render("b.html", "fr", organisation=ORGANISATION) == "Bonjour Ann fr"


def test_a_mail_in_plain_text_is_not_escaped(french: Path) -> None:
    (french / "mail.txt").write_text("{% if name %}\n{{ name }} & {{ organisation.name }}\n{% endif %}\n")
    assert render("mail.txt", "nl", organisation=ORGANISATION, name="<Ann>") == "<Ann> & Infosentry NV\n"


def test_a_name_that_nobody_gave_is_an_error(french: Path) -> None:
    (french / "c.html").write_text("{{ missing }}")
    with pytest.raises(jinja2.UndefinedError):
        render("c.html", "nl", organisation=ORGANISATION)


@pytest.mark.parametrize(
    ("language", "day", "moment", "money", "number"),
    [
        ("nl", "29 februari 2028", "28 feb 2028, 00:30:00", "€ 3.500", "1.234,5"),
        ("fr", "29 février 2028", "28 févr. 2028, 00:30:00", "3 500 €", "1 234,5"),
        ("en", "29 February 2028", "28 Feb 2028, 00:30:00", "€3,500", "1,234.5"),
        ("de", "29. Februar 2028", "28.02.2028, 00:30:00", "3.500 €", "1.234,5"),
    ],
)
def test_dates_and_amounts_read_as_in_the_language(
    language: str, day: str, moment: str, money: str, number: str
) -> None:
    made = filters(language, BRUSSELS)
    blanks = str.maketrans("\u202f\u00a0", "  ")
    assert made["date"](date(2028, 2, 29)) == day
    # Half past eleven in the evening in UTC is the next day in Brussels.
    assert made["date"](datetime(2028, 2, 28, 23, 30, tzinfo=UTC)) == day
    assert made["datetime"](datetime(2028, 2, 27, 23, 30, tzinfo=UTC)).translate(blanks) == moment
    assert made["money"](3500).translate(blanks) == money
    assert made["number"](Decimal("1234.5")).translate(blanks) == number


def test_cents_show_when_there_are_any() -> None:
    assert filters("nl", BRUSSELS)["money"](Decimal("12.50")).replace("\u00a0", " ") == "€ 12,50"


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        filters("nl", BRUSSELS)["datetime"](datetime(2026, 1, 1))  # noqa: DTZ001 -- the mistake itself


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
        ("it, de;q=0.5, fr;q=0.7", "fr"),
        ("FR-be", "fr"),
        ("en;q=0, de;q=0.1", "de"),
        ("*", None),
        ("it", None),
        ("", None),
        ("nl;q=9", None),
    ],
)
def test_the_browsers_languages_are_weighed(header: str, language: str | None) -> None:
    assert negotiate(header, LANGUAGES) == language


def test_json_is_chosen_only_when_it_is_preferred() -> None:
    assert prefers_json("application/json")
    assert not prefers_json("text/html, application/json")
    assert not prefers_json("*/*")


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_the_shipped_catalogues_can_be_read(language: str) -> None:
    with (i18n.FOLDER / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    assert catalog.charset == "utf-8"
    assert catalog.num_plurals == 2
    for message in catalog:
        if message.id and not message.fuzzy:
            assert not list(message.check(catalog)), message.id


def test_the_templates_of_the_product_are_found() -> None:
    packed = Path(environment.__file__).resolve().parents[1] / "_templates"
    checkout = Path(environment.__file__).resolve().parents[2] / "templates"
    assert packed.is_dir() or (checkout / "errors" / "error.html").is_file()
