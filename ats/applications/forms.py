"""The application form: reads what was sent, checks all of it, and keeps it for showing again."""

import sys
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request

from ats.applications.kept import GONE, KeptGone, open_kept, seal_kept
from ats.candidates.actions import Contact
from ats.consent.rules import text_hash
from ats.consent.statement import pool_wording, render_statement
from ats.core.errors import Invalid, NotFound
from ats.core.services import Services
from ats.core.text import N_
from ats.documents.places import Purpose
from ats.documents.rules import Limits
from ats.documents.uploads import Received, UploadSink, still_there
from ats.web import form_tokens
from ats.web.forms import Form
from ats.web.i18n import translate
from ats.web.uploads import read_multipart

NAME = N_("Full name")
EMAIL = N_("E-mail address")
TELEPHONE = N_("Telephone number")
LABELS = {Purpose.CV: N_("CV"), Purpose.LETTER: N_("Letter")}
CV_MISSING = N_("Please choose the file with your CV.")
STATEMENT_CHANGED = N_(
    "The privacy statement has changed since you opened this page. Please read it again before sending."
)
WORDING_CHANGED = N_("The text beside this box has changed. Please read it and tick the box again if you agree.")
UNRECOGNISED = N_("This form could not be recognised as ours. Please check what you entered and send it again.")
NAME_LENGTH = 200


class Kept(msgspec.Struct, frozen=True):
    """An upload that need not be chosen again. sealed: what the page carries of it."""

    name: str
    sealed: str


class Sent(msgspec.Struct, frozen=True):
    """A form as it was sent. form_hash: of its token, None when that is expired or not ours."""

    form: Form
    contact: Contact
    documents: dict[Purpose, Received]
    joins_pool: bool
    objects_to_sharing: bool
    form_hash: bytes | None

    def kept(self, services: Services, *, now: datetime) -> dict[str, Kept]:
        """The documents by purpose, for the page that shows the form again."""
        return {
            purpose.value: Kept(received.name, seal_kept(services, purpose, received, now=now))
            for purpose, received in self.documents.items()
        }


async def drop_gone(sent: Sent) -> bool:
    """Take out documents whose upload was used or cleaned up since they were checked; whether there were any."""
    gone = []
    for purpose, received in sent.documents.items():
        try:
            await still_there(received.id)
        except NotFound:
            gone.append(purpose)
    for purpose in gone:
        del sent.documents[purpose]
        _refuse(sent.form, sent.contact.language, purpose, GONE)
    return bool(gone)


def limits_of(services: Services) -> Limits:
    """How big a document may be here."""
    return Limits(size=services.settings.upload_max_bytes, pages=services.settings.document_max_pages)


def token_purpose(slug: str) -> str:
    """What the form's token is for: the vacancy of that name, or "" for a spontaneous application."""
    return f"application {slug}"


async def read_application(
    request: Request[Any, Any, Any], services: Services, language: str, slug: str, *, now: datetime
) -> Sent:
    """Read and check a sent form; every problem stands in `form.errors`, in the order of the page.

    Uploads go encrypted into the blob store as they arrive. Raises BadRequest, UnsupportedMedia or TooLarge when the
    request as a whole cannot be read, and Unavailable when the blob store does not answer.
    """
    sinks: dict[str, UploadSink] = {}

    def sink_for(field: str, filename: str) -> UploadSink | None:
        if field in sinks or field not in {each.value for each in Purpose}:
            return None
        sinks[field] = UploadSink(services, filename, limits=limits_of(services), now=now)
        return sinks[field]

    # The sinks count by themselves: their refusal says how large a file may be.
    fields = await read_multipart(request, sink_for=sink_for, max_file_bytes=sys.maxsize)
    form = Form(fields, language)
    contact = Contact(
        name=form.text("name", label=NAME, max_length=NAME_LENGTH),
        email=form.email("email", label=EMAIL),
        telephone=form.telephone("telephone", label=TELEPHONE, required=False),
        language=language,
    )
    documents = {}
    for purpose in Purpose:
        received = await _document(
            services, form, language, purpose, sinks.get(purpose.value), _kept(fields, form, purpose), now
        )
        if received is not None:
            documents[purpose] = received
    if Purpose.CV not in documents:
        _refuse(form, language, Purpose.CV, CV_MISSING)
    objects = form.ticked("object")
    joins = form.ticked("pool")
    _check_texts(services, form, fields, language)
    return Sent(form, contact, documents, joins, objects, _form_hash(services, form, slug, now))


def _kept(fields: dict[str, list[str]], form: Form, purpose: Purpose) -> str:
    """The sealed upload that the page carried; an optional one can be left out after all."""
    if purpose is not Purpose.CV and form.ticked(f"drop_{purpose.value}"):
        return ""
    return next(iter(fields.get(f"kept_{purpose.value}", ())), "")


async def _document(
    services: Services,
    form: Form,
    language: str,
    purpose: Purpose,
    sink: UploadSink | None,
    sealed: str,
    now: datetime,
) -> Received | None:
    """The file that came along; without one, or when it is refused, the one that was kept."""
    if sink is not None and sink.received is not None:
        return sink.received
    if sink is not None and sink.refusal is not None:
        _refuse(form, language, purpose, sink.refusal.message, **limits_of(services).values())
    if not sealed:
        return None
    try:
        return await open_kept(services, purpose, sealed, now=now)
    except KeptGone as error:
        _refuse(form, language, purpose, error.message)
        return None


def _refuse(form: Form, language: str, purpose: Purpose, message: str, **params: object) -> None:
    label = translate(language, LABELS[purpose])
    form.add_error(purpose.value, f"{label}: {translate(language, message, **params)}")


def _check_texts(services: Services, form: Form, fields: dict[str, list[str]], language: str) -> None:
    """What was on the page must be what is recorded: the statement, and the words beside the pool's box."""
    if fields.get("statement") != [render_statement(services.organisation).hash]:
        form.add_error("statement", STATEMENT_CHANGED)
    if fields.get("wording") != [text_hash(pool_wording(services.organisation, language))]:
        # A tick beside other words is no consent to these.
        ticked, form.values["pool"] = form.values["pool"], ""
        form.add_error(*(("pool", WORDING_CHANGED) if ticked else ("statement", STATEMENT_CHANGED)))


def _form_hash(services: Services, form: Form, slug: str, now: datetime) -> bytes | None:
    try:
        return form_tokens.verify(services.keyring, token_purpose(slug), form.token, now=now)
    except Invalid as error:
        expired = form_tokens.EXPIRED in error.fields.values()
        form.add_error(form_tokens.WHOLE_FORM, form_tokens.EXPIRED if expired else UNRECOGNISED)
        return None
