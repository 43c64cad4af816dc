"""The privacy coordinator's page: whether erasures keep up, and the audit trail."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency

from ats.core.access import Power, staff
from ats.core.audit import Tag
from ats.core.clock import read_clock
from ats.core.errors import BadRequest
from ats.core.services import Services
from ats.core.text import N_
from ats.documents.rules import Limits, Refusal
from ats.oversight import queries
from ats.oversight.rules import DETAIL_LABELS, TAG_LABELS
from ats.retention.queries import latest_runs
from ats.web.forms import Form
from ats.web.pages import AnyRequest, language_of, page
from ats.web.query import query_value

RUNS_SHOWN = 5
NOT_A_REFERENCE = N_("This is not a reference: it looks like 0b7c1c1e-6f0a-4c57-9d0c-6a3f5f0c2f11.")


@get("/desk/audit", name="ats:desk:audit", needs=staff(Power.READ_AUDIT))
async def audit_trail(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """The audit trail, the newest first, narrowed down to one kind of event or one candidate's reference."""
    now = read_clock()
    form = Form({}, language_of(request))
    tag = _tag(request, form)
    candidate_id = _reference(request, form)
    trail = await queries.read_trail(
        tag=tag, candidate_id=candidate_id, before=_number(request, "before"), after=_number(request, "after")
    )
    return page(
        request,
        "oversight/audit.html",
        status_code=422 if form.errors else 200,
        form=form,
        trail=trail,
        tag_labels=TAG_LABELS,
        detail_labels=DETAIL_LABELS,
        refusals={each.value: each.message for each in Refusal},
        refusal_values=Limits(
            size=services.settings.upload_max_bytes, pages=services.settings.document_max_pages
        ).values(),
        chosen={"tag": tag.value if tag else None, "candidate": candidate_id},
        runs=await latest_runs(RUNS_SHOWN),
        overdue=await queries.overdue(today=services.today(now), now=now),
    )


def _tag(request: AnyRequest, form: Form) -> Tag | None:
    value = query_value(request, "tag")
    if not value:
        return None
    try:
        tag = Tag(value)
    except ValueError:
        raise BadRequest from None
    form.values["tag"] = value
    return tag


def _reference(request: AnyRequest, form: Form) -> UUID | None:
    value = query_value(request, "candidate")
    if not value:
        return None
    form.values["candidate"] = value
    try:
        return UUID(value)
    except ValueError:
        form.add_error("candidate", NOT_A_REFERENCE)
        return None


def _number(request: AnyRequest, name: str) -> int | None:
    value = query_value(request, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) <= queries.MAX_ID):
        raise BadRequest
    return int(value)


HANDLERS = (audit_trail,)
