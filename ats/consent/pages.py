"""The privacy statement for applicants: the present version, and every earlier one as it was."""

import re
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ats.consent.queries import statement_text
from ats.consent.statement import render_statement
from ats.consent.versions import Version, statement_versions
from ats.core.access import PUBLIC
from ats.core.services import Services
from ats.web.alternates import alternates
from ats.web.pages import language_of, page

AnyRequest = Request[Any, Any, Any]
CACHE = "public, max-age=60"
_HEADING = re.compile(r'<h2 id="([a-z-]+)">([^<]*)</h2>')


@get("/{language:str}/privacy", name="ats:careers:privacy", needs=PUBLIC, anonymous=True, keep=CACHE)
async def statement(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The statement that applies now."""
    present = render_statement(services.organisation)
    text = present.texts[language_of(request)]
    return page(
        request,
        "consent/statement.html",
        text=text,
        headings=_HEADING.findall(text),
        shown=present.hash,
        present=present.hash,
        versions=await statement_versions(),
        alternates=alternates(request, "careers:privacy"),
    )


@get("/{language:str}/privacy/{version:str}", name="ats:careers:statement", needs=PUBLIC, anonymous=True, keep=CACHE)
async def statement_version(
    request: AnyRequest, version: FromPath[str], services: NamedDependency[Services]
) -> Response[bytes]:
    """One version to the byte, also long after another one has replaced it."""
    text = await statement_text(version, language_of(request))
    versions: list[Version] = await statement_versions()
    return page(
        request,
        "consent/statement.html",
        text=text,
        headings=_HEADING.findall(text),
        shown=version,
        present=render_statement(services.organisation).hash,
        versions=versions,
        alternates=alternates(request, "careers:statement", version=version),
    )


HANDLERS: tuple[Any, ...] = (statement, statement_version)
