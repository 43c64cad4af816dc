"""Translations: gettext catalogues read from .po files when first needed; English is the language of the messages."""

import gettext
import io
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ats.web.negotiation import negotiate

__all__ = ["FOLDER", "catalogue", "locale_of", "negotiate", "translate"]

FOLDER = Path(__file__).resolve().parents[1] / "locale"
# Dates in English follow European order.
_LOCALES = {"en": "en_GB"}


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of `language`; messages that it lacks, and languages without a catalogue, come out in English."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(language: str, message: str, **params: object) -> str:
    """`message` in `language`, with %(name)s filled in from `params`."""
    # gettext keeps the catalogue's own header under the empty message.
    text = catalogue(language).gettext(message) if message else message
    return text % params if params else text


@cache
def locale_of(language: str) -> Locale:
    """The conventions for dates and numbers of `language`."""
    return Locale.parse(_LOCALES.get(language, language))
