"""The mailbox of the demonstration in the browser; these pages exist only while `settings.demo` is on."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ats.core.access import PUBLIC
from ats.core.services import Services
from ats.demo.mailbox import list_mails, read_mail
from ats.web.pages import AnyRequest, page
from ats.web.paging import Cursor
from ats.web.query import query_value


@get("/demo/mail", name="ats:demo:mails", needs=PUBLIC)
async def mails(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """What was sent, the newest first."""
    cursor = Cursor.parse(query_value(request, "page"))
    return page(request, "demo/mails.html", mails=await list_mails(services.mailer, cursor=cursor))


@get("/demo/mail/{mail_id:str}", name="ats:demo:mail", needs=PUBLIC)
async def mail(request: AnyRequest, services: NamedDependency[Services], mail_id: FromPath[UUID]) -> Response[bytes]:
    """One mail, with its links to follow."""
    return page(request, "demo/mail.html", mail=await read_mail(services.mailer, mail_id))


HANDLERS: tuple[Any, ...] = (mails, mail)
