"""Our own Jinja environment: a host application has its own, with its own templates.

One environment a language, so that macros imported without context translate too.
"""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ats.organisation import Organisation
from ats.web.formats import filters
from ats.web.i18n import catalogue

_PACKAGE = Path(__file__).resolve().parents[1]
# The wheel carries the templates inside the package; a checkout has them beside it.
_PACKED = _PACKAGE / "_templates"
FOLDER = _PACKED if _PACKED.is_dir() else _PACKAGE.parent / "templates"


def render(template: str, language: str, /, *, organisation: Organisation, **context: object) -> str:
    """Render a template of ours to text, without a request: pages, and mails in the worker.

    template: path below templates/ ("mail/confirmation.txt"). language: of the messages, dates and numbers. Everything
    in `context`, the organisation and the language are names in the template. Raises jinja2.UndefinedError for a name
    that is not there, and jinja2.TemplateNotFound.
    """
    found = environment(language, organisation.zone).get_template(template)
    return found.render(context, organisation=organisation)


@cache
def environment(language: str, zone: ZoneInfo) -> Environment:
    """The environment of one language: strict about names, escaping HTML (not plain text)."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html", "xml", "svg"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    # A text may be wrapped in its template; the catalogues know it on one line.
    made.policies["ext.i18n.trimmed"] = True
    translations = catalogue(language)
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    made.globals["language"] = language
    made.filters.update(filters(language, zone))
    return made
