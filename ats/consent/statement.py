"""The privacy statement, rendered in every language from the configuration that runs."""

from functools import lru_cache

import msgspec

from ats.consent.rules import POOL_WORDING, statement_hash
from ats.organisation import LANGUAGES, Organisation
from ats.web.environment import render
from ats.web.i18n import translate


class Statement(msgspec.Struct, frozen=True):
    """One version: its address and its text (HTML fragment) by language."""

    hash: str
    texts: dict[str, str]


def render_statement(organisation: Organisation) -> Statement:
    """Render the statement for this organisation; its periods are the ones that the clocks really use."""
    return _rendered(msgspec.json.encode(organisation))


@lru_cache(maxsize=4)
def _rendered(encoded: bytes) -> Statement:
    organisation = msgspec.json.decode(encoded, type=Organisation)
    texts = {
        language: render(f"consent/statement.{language}.html", language, organisation=organisation)
        for language in LANGUAGES
    }
    return Statement(statement_hash(texts), texts)


def pool_wording(organisation: Organisation, language: str) -> str:
    """The exact words beside the talent-pool box."""
    return translate(
        language, POOL_WORDING, organisation=organisation.name, years=str(organisation.retention.pool_years)
    )
