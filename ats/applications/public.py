"""The application form for everybody, for a vacancy or spontaneously."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ats.applications.actions import Submission, submit_application
from ats.applications.forms import Kept, Sent, drop_gone, limits_of, read_application, token_purpose
from ats.applications.repeats import was_sent
from ats.consent.rules import text_hash
from ats.consent.statement import pool_wording, render_statement
from ats.core.access import PUBLIC, Visitor
from ats.core.clock import read_clock
from ats.core.errors import NotFound, TooManyRequests
from ats.core.services import Services
from ats.core.text import N_
from ats.vacancies.queries import OpenVacancy, vacancy_by_slug
from ats.web import form_tokens
from ats.web.alternates import alternates
from ats.web.forms import Form
from ats.web.limits import Limit, client_key, hit
from ats.web.pages import language_of, page, see_other

AnyRequest = Request[Any, Any, Any]
# By client address. Generous: a school or a job fair sends from one.
A_MINUTE = Limit("applications a minute", 60, 60)
AN_HOUR = Limit("applications an hour", 600, 3600)
# By e-mail address: each application mails to it, so nobody can be flooded through this form.
TO_AN_ADDRESS = Limit("applications of one e-mail address a day", 20, 86_400)
TOO_MANY_MAILS = N_("Many applications came from this e-mail address today. Please wait until tomorrow.")
CLOSED = N_(
    "This vacancy was closed while you were filling in the form. If you send it again, it reaches us as a spontaneous "
    "application."
)


@get("/{language:str}/jobs/{slug:str}/apply", name="ats:careers:apply", needs=PUBLIC, anonymous=True)
async def apply(request: AnyRequest, slug: FromPath[str], services: NamedDependency[Services]) -> Response[bytes]:
    """The empty form for a vacancy."""
    now = read_clock()
    vacancy = await vacancy_by_slug(slug, language_of(request), services.today(now))
    return _form_page(request, services, vacancy, now=now)


@get("/{language:str}/apply", name="ats:careers:apply_spontaneous", needs=PUBLIC, anonymous=True)
async def apply_spontaneous(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The empty form without a vacancy."""
    return _form_page(request, services, None, now=read_clock())


@post("/{language:str}/jobs/{slug:str}/apply", name="ats:careers:send", needs=PUBLIC, anonymous=True)
async def send(request: AnyRequest, slug: FromPath[str], services: NamedDependency[Services]) -> Response[Any]:
    """Apply for a vacancy."""
    now = read_clock()
    language = language_of(request)
    await _limit(services, request, now)
    try:
        vacancy = await vacancy_by_slug(slug, language, services.today(now))
    except NotFound:
        return await _closed(request, services, language, slug, now)
    sent = await read_application(request, services, language, slug, now=now)
    return await _answer(request, services, sent, vacancy, now=now)


@post("/{language:str}/apply", name="ats:careers:send_spontaneous", needs=PUBLIC, anonymous=True)
async def send_spontaneous(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """Apply without a vacancy."""
    now = read_clock()
    language = language_of(request)
    await _limit(services, request, now)
    sent = await read_application(request, services, language, "", now=now)
    return await _answer(request, services, sent, None, now=now)


@get("/{language:str}/thanks", name="ats:careers:thanks", needs=PUBLIC, anonymous=True)
async def thanks(request: AnyRequest) -> Response[bytes]:
    """What happens next; the same for everybody."""
    return page(request, "applications/thanks.html", alternates=alternates(request, "careers:thanks"))


async def _limit(services: Services, request: AnyRequest, now: datetime) -> None:
    # Before the body: who is over the limit does not get to store anything.
    for limit in (A_MINUTE, AN_HOUR):
        await hit(services, limit, client_key(request), now=now)


async def _closed(request: AnyRequest, services: Services, language: str, slug: str, now: datetime) -> Response[bytes]:
    """A form that was opened while the vacancy was open is not lost: it can be sent spontaneously."""
    sent = await read_application(request, services, language, slug, now=now)
    if sent.form_hash is None:
        raise NotFound
    sent.form.add_error(form_tokens.WHOLE_FORM, CLOSED)
    return _again(request, services, sent, None, now=now)


async def _answer(
    request: AnyRequest, services: Services, sent: Sent, vacancy: OpenVacancy | None, *, now: datetime
) -> Response[Any]:
    # First: the uploads of a form that was sent before are used up, which is no error of the sender.
    if sent.form_hash is not None and await was_sent(sent.form_hash):
        return see_other(request, "careers:thanks", language=sent.contact.language)
    if sent.form.errors or sent.form_hash is None:
        return _again(request, services, sent, vacancy, now=now)
    try:
        await hit(services, TO_AN_ADDRESS, sent.contact.email, now=now)
    except TooManyRequests as error:
        sent.form.add_error("email", TOO_MANY_MAILS)
        retry = {"Retry-After": str(error.retry_after)}
        return _again(request, services, sent, vacancy, now=now, status_code=error.status, headers=retry)
    submission = Submission(
        contact=sent.contact,
        vacancy_id=vacancy.id if vacancy else None,
        vacancy_title=vacancy.title if vacancy else "",
        documents=tuple(sent.documents.items()),
        joins_pool=sent.joins_pool,
        objects_to_sharing=sent.objects_to_sharing,
        form_hash=sent.form_hash,
    )
    try:
        await submit_application(services, Visitor(), submission, now=now)
    except NotFound:
        # The same kept file was sent with another form at the same moment, or has just been cleaned up.
        if not await drop_gone(sent):
            raise
        return _again(request, services, sent, vacancy, now=now)
    return see_other(request, "careers:thanks", language=sent.contact.language)


def _again(
    request: AnyRequest,
    services: Services,
    sent: Sent,
    vacancy: OpenVacancy | None,
    *,
    now: datetime,
    status_code: int = 422,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    kept = sent.kept(services, now=now)
    return _form_page(
        request, services, vacancy, now=now, form=sent.form, kept=kept, status_code=status_code, headers=headers
    )


def _form_page(
    request: AnyRequest,
    services: Services,
    vacancy: OpenVacancy | None,
    *,
    now: datetime,
    form: Form | None = None,
    kept: Mapping[str, Kept] | None = None,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    wording = pool_wording(services.organisation, language_of(request))
    # Changing the language opens the form anew, so it is not offered once something was typed.
    others = {} if form else _alternates(request, vacancy)
    return page(
        request,
        "applications/apply.html",
        status_code=status_code,
        headers=headers,
        vacancy=vacancy,
        form=form,
        kept=kept or {},
        wording=wording,
        wording_hash=text_hash(wording),
        statement_hash=render_statement(services.organisation).hash,
        form_token=form_tokens.issue(services.keyring, token_purpose(vacancy.slug if vacancy else ""), now=now),
        limits=limits_of(services),
        alternates=others,
    )


def _alternates(request: AnyRequest, vacancy: OpenVacancy | None) -> dict[str, str]:
    if vacancy is None:
        return alternates(request, "careers:apply_spontaneous")
    return alternates(request, "careers:apply", slug=vacancy.slug)


HANDLERS: tuple[Any, ...] = (apply, apply_spontaneous, send, send_spontaneous, thanks)
