"""The talent pool as staff see it: here, since it leads to applications."""

from typing import Any

from litestar import Response, get

from ats.applications import queries
from ats.core.access import Power, staff
from ats.vacancies.queries import titles
from ats.web.pages import AnyRequest, page
from ats.web.paging import Cursor
from ats.web.query import query_value


@get("/desk/pool", name="ats:desk:pool", needs=staff(Power.READ_POOL))
async def members(request: AnyRequest) -> Response[Any]:
    """Who is in the talent pool, since when and until when; a link only to what this account may open."""
    cursor = Cursor.parse(query_value(request, "page"))
    found = await queries.list_members(request.user, cursor)
    vacancies = {each.vacancy_id for each in found.items if each.vacancy_id}
    return page(
        request,
        "desk/pool.html",
        members=found,
        titles=await titles(vacancies, request.user.language),
        is_first=cursor is None,
    )


HANDLERS = (members,)
