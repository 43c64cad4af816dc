"""The careers pages: what is open, for everybody."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ats.core.access import PUBLIC
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.vacancies import queries
from ats.web.alternates import alternates
from ats.web.pages import language_of, page, see_other
from ats.web.paging import Cursor
from ats.web.query import query_value

AnyRequest = Request[Any, Any, Any]
# A vacancy that closes is gone from every cache a minute later.
CACHE = "public, max-age=60"


@get("/", name="ats:careers:front", needs=PUBLIC, anonymous=True)
async def front(request: AnyRequest) -> Response[None]:
    """To the vacancies in the visitor's language."""
    response = see_other(request, "careers:list", language=language_of(request))
    response.headers["Vary"] = "Accept-Language"
    return response


@get("/{language:str}/jobs", name="ats:careers:list", needs=PUBLIC, anonymous=True, keep=CACHE)
async def vacancy_list(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The open vacancies."""
    language = language_of(request)
    cursor = Cursor.parse(query_value(request, "page"))
    found = await queries.open_vacancies(language, services.today(read_clock()), cursor=cursor)
    return page(request, "vacancies/list.html", found=found, alternates=alternates(request, "careers:list"))


@get("/{language:str}/jobs/{slug:str}", name="ats:careers:vacancy", needs=PUBLIC, anonymous=True, keep=CACHE)
async def vacancy(request: AnyRequest, slug: FromPath[str], services: NamedDependency[Services]) -> Response[bytes]:
    """One open vacancy."""
    found = await queries.vacancy_by_slug(slug, language_of(request), services.today(read_clock()))
    return page(
        request,
        "vacancies/vacancy.html",
        vacancy=found,
        alternates=alternates(request, "careers:vacancy", slug=found.slug),
    )


HANDLERS: tuple[Any, ...] = (front, vacancy_list, vacancy)
