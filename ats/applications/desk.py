"""The desk of staff: vacancies, their applications, one application read masked, and a part of it shown."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ats.applications import queries
from ats.applications.queries import OpenApplication
from ats.applications.reading import view_application
from ats.core.access import Power, Staff, staff
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.core.text import N_
from ats.documents import actions as documents
from ats.documents.queries import load_finding_for
from ats.vacancies.queries import DeskVacancy, load_vacancy_for, vacancies_for
from ats.web.form_tokens import open_value, seal_value
from ats.web.forms import Form
from ats.web.pages import AnyRequest, page, redirect, see_other
from ats.web.paging import Cursor
from ats.web.query import query_value
from ats.web.site import site_of

MIN_REASON = 10
MAX_REASON = 500
MAX_WORDS = 200
MAX_SEALED = 2_000
TOO_SHORT = N_("Please give your reason in at least 10 characters.")


@get("/desk", name="ats:desk:vacancies", needs=staff(Power.READ_APPLICATIONS))
async def vacancies(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """The vacancies of this account with how many applications each has, and the spontaneous ones."""
    actor: Staff = request.user
    return page(
        request,
        "desk/vacancies.html",
        vacancies=await vacancies_for(actor),
        counts=await queries.count_applications(actor),
        today=services.today(read_clock()),
    )


@get("/desk/vacancies/{id:str}", name="ats:desk:vacancy", needs=staff(Power.READ_APPLICATIONS))
async def vacancy(
    request: AnyRequest,
    id: FromPath[UUID],  # noqa: A002 -- the name in the path
    services: NamedDependency[Services],
) -> Response[Any]:
    """The applications for one vacancy."""
    return await _list(request, services, await load_vacancy_for(request.user, id))


@get("/desk/spontaneous", name="ats:desk:spontaneous", needs=staff(Power.READ_APPLICATIONS))
async def spontaneous(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """The applications without a vacancy."""
    return await _list(request, services, None)


@post("/desk/vacancies/{id:str}", name="ats:desk:search_vacancy", needs=staff(Power.READ_APPLICATIONS))
async def search_vacancy(
    request: AnyRequest,
    id: FromPath[UUID],  # noqa: A002 -- the name in the path
    services: NamedDependency[Services],
) -> Response[None]:
    """Search among the applications for one vacancy."""
    found = await load_vacancy_for(request.user, id)
    return see_other(request, "desk:vacancy", id=found.id, sought=await _sealed_words(request, services))


@post("/desk/spontaneous", name="ats:desk:search_spontaneous", needs=staff(Power.READ_APPLICATIONS))
async def search_spontaneous(request: AnyRequest, services: NamedDependency[Services]) -> Response[None]:
    """Search among the applications without a vacancy."""
    return see_other(request, "desk:spontaneous", sought=await _sealed_words(request, services))


async def _sealed_words(request: AnyRequest, services: Services) -> str | None:
    """The words of a search for the address of its results: sealed, since somebody's name may be among them."""
    form = await Form.read(request)
    words = form.text("q", max_length=MAX_WORDS, required=False)
    form.check()
    return seal_value(services.keyring, _search_of(request), words, now=read_clock()) if words else None


async def _list(request: AnyRequest, services: Services, listed: DeskVacancy | None) -> Response[Any]:
    sealed = query_value(request, "sought", max_length=MAX_SEALED)
    sought = open_value(services.keyring, _search_of(request), sealed, now=read_clock()) if sealed else ""
    cursor = Cursor.parse(query_value(request, "page"))
    found = await queries.list_applications(request.user, listed.id if listed else None, sought=sought, cursor=cursor)
    return page(
        request,
        "desk/applications.html",
        applications=found,
        vacancy=listed,
        sought=sought,
        sealed=sealed,
        is_first=cursor is None,
    )


def _search_of(request: AnyRequest) -> str:
    return f"search by {request.user.id}"


@get("/desk/applications/{id:str}", name="ats:desk:application", needs=staff(Power.READ_APPLICATIONS))
async def application(
    request: AnyRequest,
    id: FromPath[UUID],  # noqa: A002 -- the name in the path
    services: NamedDependency[Services],
) -> Response[Any]:
    """One application, masked, except for what this account was shown in the last quarter of an hour."""
    found = await queries.load_application_for(request.user, id)
    return await _reader(request, services, found)


@post("/desk/findings/{id:str}/reveal", name="ats:desk:reveal", needs=staff(Power.REVEAL_CONFIDENTIAL))
async def reveal(
    request: AnyRequest,
    id: FromPath[UUID],  # noqa: A002 -- the name in the path
    services: NamedDependency[Services],
) -> Response[Any]:
    """Show one masked part to this account for a quarter of an hour, for a reason."""
    # The application first: whoever may not see it does not learn whether there is such a part.
    found = await queries.load_application_of_finding_for(request.user, id)
    finding = await load_finding_for(request.user, id)
    form = await Form.read(request)
    reason = form.text("reason", max_length=MAX_REASON, multiline=True)
    if reason and len(reason) < MIN_REASON:
        form.add_error("reason", TOO_SHORT)
    if form.errors:
        return await _reader(request, services, found, status_code=422, form=form, asked=id)
    await documents.reveal_finding(services, request.user, finding, reason, now=read_clock())
    return redirect(f"{_path(request, found)}#finding-{id}")


async def _reader(
    request: AnyRequest,
    services: Services,
    found: OpenApplication,
    *,
    status_code: int = 200,
    form: Form | None = None,
    asked: UUID | None = None,
) -> Response[Any]:
    reading = await view_application(services, request.user, found, now=read_clock())
    return page(request, "desk/application.html", status_code=status_code, reading=reading, form=form, asked=asked)


def _path(request: AnyRequest, found: OpenApplication) -> str:
    root_path = request.scope.get("root_path", "")
    return site_of(request.scope).path_for("desk:application", root_path=root_path, id=found.id)


HANDLERS = (vacancies, vacancy, spontaneous, search_vacancy, search_spontaneous, application, reveal)
