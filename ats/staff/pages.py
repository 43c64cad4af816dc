"""Signing in and out, and the administrator's list of accounts."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from ats.core.access import PUBLIC, Power, Staff, staff
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.core.text import N_
from ats.staff import actions, queries
from ats.staff.rules import home_of, normalised_email
from ats.web.forms import Form
from ats.web.guards import safe_next
from ats.web.limits import Limit, client_key, hit
from ats.web.pages import AnyRequest, page, redirect, see_other
from ats.web.paging import Cursor
from ats.web.query import query_value
from ats.web.sessions import clear_session_cookie, read_session_cookie, set_session_cookie

PER_ADDRESS = Limit("sign-in address", hits=10, seconds=900)
PER_CLIENT = Limit("sign-in client", hits=50, seconds=900)
_WRONG = N_("This e-mail address and this password do not belong together. Check both and try again.")


@get("/desk/sign-in", name="ats:staff:sign_in", needs=PUBLIC)
async def sign_in_page(request: AnyRequest) -> Response[Any]:
    """The form to sign in; somebody who is signed in goes on to where they were going."""
    onward = safe_next(query_value(request, "next", max_length=2_000), "")
    if isinstance(actor := request.scope["user"], Staff):
        return redirect(onward) if onward else see_other(request, home_of(actor.role))
    return page(request, "staff/sign_in.html", form=None, onward=onward)


@post("/desk/sign-in", name="ats:staff:sign_in_post", needs=PUBLIC)
async def sign_in(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """Start a session, or show the form again: the same for a wrong password and for an unknown address."""
    now = read_clock()
    form = await Form.read(request)
    email = form.email("email")
    password = form.password("password")
    onward = safe_next(form.text("next", max_length=2_000, required=False), "")
    if form.errors:
        return page(request, "staff/sign_in.html", status_code=422, form=form, onward=onward)
    await hit(services, PER_CLIENT, client_key(request), now=now)
    await hit(services, PER_ADDRESS, normalised_email(email), now=now)
    signed_in = await actions.sign_in(email, password, now=now, replaces=_session_token(request))
    if signed_in is None:
        form.add_error("", _WRONG)
        return page(request, "staff/sign_in.html", status_code=422, form=form, onward=onward)
    response = redirect(onward) if onward else see_other(request, home_of(signed_in.actor.role))
    set_session_cookie(response, signed_in.token)
    return response


@post("/desk/sign-out", name="ats:staff:sign_out", needs=PUBLIC)
async def sign_out(request: AnyRequest) -> Response[None]:
    """End the session. Public, so that pressing it after the session has ended does what was meant."""
    token = _session_token(request)
    if token is not None and isinstance(actor := request.scope["user"], Staff):
        await actions.sign_out(actor, token, now=read_clock())
    response = see_other(request, "staff:sign_in")
    clear_session_cookie(response)
    return response


@get("/desk/accounts", name="ats:desk:accounts", needs=staff(Power.READ_ACCOUNTS))
async def accounts(request: AnyRequest) -> Response[Any]:
    """Every account: name, address, role, last sign-in."""
    found = await queries.accounts_page(Cursor.parse(query_value(request, "page")))
    return page(request, "staff/accounts.html", accounts=found)


def _session_token(request: Request[Any, Any, Any]) -> str | None:
    return read_session_cookie(request.headers.getall("cookie", []))


HANDLERS = (sign_in_page, sign_in, sign_out, accounts)
