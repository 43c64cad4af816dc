"""The candidate's private page: what is held, and three acts that take effect at once.

The link is the key: no account, no sign-in, and no more steps for withdrawing than for giving. Looking changes nothing.
"""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ats.applications.actions import withdraw_application
from ats.candidates.queries import load_candidate_for
from ats.core.access import LINK, Candidate
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.documents.rules import Limits
from ats.retention.rules import erase_after
from ats.rights import actions
from ats.rights.actions import CHANNEL_PAGE
from ats.rights.queries import load_held_for
from ats.sharing.rules import ALL_AFFILIATES
from ats.web.alternates import alternates
from ats.web.forms import Form
from ats.web.pages import AnyRequest, language_of, page, see_other
from ats.web.query import query_value

LEFT_POOL = "left-pool"
OBJECTED = "objected"
WITHDRAWN = "withdrawn"
AFFILIATE_KEY_LENGTH = 100


@get("/my/{token:str}", name="ats:rights:page", needs=LINK)
async def show_page(request: AnyRequest, services: NamedDependency[Services], token: FromPath[str]) -> Response[bytes]:
    """Everything that is held, and what can be done about it."""
    candidate = await _load(request, token)
    held = await load_held_for(services, candidate, language_of(request), now=read_clock())
    return page(
        request,
        "rights/page.html",
        held=held,
        token=token,
        done=query_value(request, "done"),
        limits=Limits(size=services.settings.upload_max_bytes, pages=services.settings.document_max_pages).values(),
        asked_language=_asked_language(request, candidate),
        alternates=alternates(request, "rights:page", token=token),
    )


@post("/my/{token:str}/leave-pool", name="ats:rights:leave_pool", needs=LINK)
async def leave_pool(request: AnyRequest, services: NamedDependency[Services], token: FromPath[str]) -> Response[Any]:
    """Leave the talent pool. The body is not looked at, so a mail program's one click (RFC 8058) does as well."""
    candidate = await _load(request, token)
    now = read_clock()
    if await actions.leave_pool(services, candidate, channel=CHANNEL_PAGE, now=now):
        return _back(request, candidate, token, LEFT_POOL)
    # Nothing of the person can be read any more, so there is no page to go back to.
    return page(request, "rights/farewell.html", erase_after=erase_after(now, services.organisation.retention))


@post("/my/{token:str}/object", name="ats:rights:object", needs=LINK)
async def object_to_sharing(
    request: AnyRequest, services: NamedDependency[Services], token: FromPath[str]
) -> Response[None]:
    """Object to sharing with every affiliate, or with the one that the field `affiliate` names."""
    candidate = await _load(request, token)
    form = await Form.read(request)
    affiliate = form.text("affiliate", max_length=AFFILIATE_KEY_LENGTH, required=False)
    form.check()
    await actions.object_to_sharing(
        services, candidate, channel=CHANNEL_PAGE, now=read_clock(), affiliate=affiliate or ALL_AFFILIATES
    )
    return _back(request, candidate, token, OBJECTED)


@post("/my/{token:str}/withdraw/{application_id:str}", name="ats:rights:withdraw", needs=LINK)
async def withdraw(
    request: AnyRequest, services: NamedDependency[Services], token: FromPath[str], application_id: FromPath[UUID]
) -> Response[None]:
    """Withdraw one application."""
    candidate = await _load(request, token)
    await withdraw_application(services, candidate, application_id, now=read_clock())
    return _back(request, candidate, token, WITHDRAWN)


async def _load(request: AnyRequest, token: str) -> Candidate:
    """Who holds the link; from here on they are the actor of this request, in their language."""
    candidate = await load_candidate_for(token)
    request.scope["user"] = candidate
    return candidate


def _back(request: AnyRequest, candidate: Candidate, token: str, done: str) -> Response[None]:
    return see_other(request, "rights:page", token=token, language=_asked_language(request, candidate), done=done)


def _asked_language(request: AnyRequest, candidate: Candidate) -> str | None:
    """The language to carry along in addresses; None while it is the person's own."""
    language = language_of(request)
    return language if language != candidate.language else None


HANDLERS: tuple[Any, ...] = (show_page, leave_pool, object_to_sharing, withdraw)
