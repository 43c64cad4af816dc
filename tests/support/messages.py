"""`make messages`: collects the texts of code and templates into the catalogues, keeping what is translated."""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "ats" / "locale"
LANGUAGES = ("nl", "fr", "de")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
# As the templates' own environment reads them: a wrapped text is one line. A template that is wrong stops the run.
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}, "**.txt": {"trimmed": "true", "silent": "false"}}
# Without dates and names, so that nothing changes when nothing changed.
HEADER = """\
# {name} translations.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def found() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Every text with the file in which it stands."""
    for folder in ("ats", "templates"):
        for name, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, KEYWORDS, directory_filter=lambda path: "node_modules" not in str(path)
        ):
            yield message, f"{folder}/{name}"


def template() -> Catalog:
    """All texts, untranslated."""
    catalog = Catalog(fuzzy=False)
    for message, place in found():
        catalog.add(message, locations=[(place, 0)])
    return catalog


def load(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def strings(message: Message) -> tuple[str, ...]:
    """What a text is in the language of its catalogue: one, or one for each plural form; "" where it is missing."""
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def save(language: str, catalog: Catalog) -> None:
    """Write a catalogue, sorted by the files in which its texts stand."""
    written = BytesIO()
    write_po(written, catalog, sort_by_file=True, omit_header=True, width=120, include_lineno=False)
    name = catalog.locale.english_name if catalog.locale else language
    header = HEADER.format(name=name, language=language, plural_forms=catalog.plural_forms)
    (LOCALE / f"{language}.po").write_bytes(header.encode() + written.getvalue())


def main() -> None:
    """Update every catalogue and say how much is missing."""
    texts = template()
    for language in LANGUAGES:
        catalog = load(language)
        catalog.update(texts, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        save(language, catalog)
        missing = [message for message in catalog if message.id and not all(strings(message))]
        sys.stdout.write(f"{language}: {len(catalog)} texts, {len(missing)} to translate\n")


if __name__ == "__main__":
    main()
