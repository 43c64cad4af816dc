"""A small application made of the web floor's parts, as a room would use them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import structlog
from litestar import Litestar, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from ats.core.access import LINK, PUBLIC, Power, Role, Staff, staff
from ats.core.blobs import FilesAccess
from ats.core.crypto import Keyring, hash_token
from ats.core.errors import BadRequest, Invalid
from ats.organisation import load_organisation
from ats.settings import Settings
from ats.web import form_tokens
from ats.web.forms import Form
from ats.web.pages import language_of, page, see_other
from ats.web.router import build_router, make_site
from ats.web.site import Site
from ats.web.uploads import UploadSink, read_multipart

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEYRING = Keyring({"test": bytes(range(32))})
BASE_URL = "https://jobs.infosentry.example"
MAX_FILE = 1_000_000
PERSON = UUID("7b0c4a54-6c8e-4f0e-9d2e-0f6f2f3c1a11")
RECRUITER = Staff(PERSON, "Robin Recruiter", Role.RECRUITER, "fr")
ADMINISTRATOR = Staff(UUID(int=2), "Alex Administrator", Role.ADMINISTRATOR, "en")
RECRUITER_TOKEN = "r" * 43
ADMINISTRATOR_TOKEN = "a" * 43
SESSIONS = {hash_token(RECRUITER_TOKEN): RECRUITER, hash_token(ADMINISTRATOR_TOKEN): ADMINISTRATOR}
CANARY = "Canarius-Testpersoon"
TEMPLATES = {
    "errors/error.html": "<h1>{{ status }} {{ title }}</h1><p>{{ message }}</p>{{ fields }}",
    "room/list.html": "<html lang={{ language }}>{{ actor.kind }} {{ current_path }} {{ path_for('room:list', language='fr') }} "
    "{{ organisation.name }} {{ languages|join(' ') }} {{ demo }} {{ _('Page not found') }} {{ static('app.css') }}",
    "room/form.html": "{{ errors.name|default('') }}|{{ values.name|default('') }}|{{ errors.cv|default('') }}|{{ errors.form|default('') }}",
    "room/broken.html": "{{ nobody_gave_this }}",
}  # fmt: skip


def settings(**changes: Any) -> Settings:
    """Settings that reach no server."""
    values: dict[str, Any] = {
        "database_url": "postgresql://app@/none",
        "redis_url": "unix:///none",
        "files_url": "/none",
        "files_access": FilesAccess(),
        "mail_url": "/none",
        "keyring": KEYRING,
        "organisation": load_organisation(),
        "base_url": BASE_URL,
        "mail_from": "jobs@infosentry.example",
    }
    return Settings(**(values | changes))


@dataclass
class MemorySink:
    """Keeps what it gets, and what happened to it."""

    name: str
    filename: str
    content: bytearray = field(default_factory=bytearray)
    finished: bool = False
    aborted: bool = False
    refuses: str = ""

    async def write(self, chunk: bytes) -> None:
        """Keep the chunk, or refuse the file."""
        self.content += chunk
        if self.refuses and self.refuses.encode() in self.content:
            raise BadRequest("This is not a CV.")

    async def finish(self) -> None:
        """Remember it."""
        self.finished = True

    async def abort(self) -> None:
        """Remember it."""
        assert not self.aborted
        self.aborted = True


SINKS: list[MemorySink] = []
REACHED: list[str] = []


def sink_for(name: str, filename: str) -> UploadSink | None:
    """Takes a CV and nothing else."""
    if name != "cv":
        return None
    SINKS.append(MemorySink(name, filename, refuses="not-a-cv"))
    return SINKS[-1]


@get("/{language:str}/jobs", name="ats:room:list", needs=PUBLIC, keep="public, max-age=60")
async def listed(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A public page."""
    return page(request, "room/list.html")


@get("/{language:str}/jobs/{slug:str}/apply", name="ats:room:apply", needs=PUBLIC)
async def apply_form(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A form."""
    return page(request, "room/form.html", values={}, errors={})


@post("/{language:str}/jobs/{slug:str}/apply", name="ats:room:apply-send", needs=PUBLIC)
async def apply(request: Request[Any, Any, Any]) -> Response[Any]:
    """Takes a form with a file."""
    received = await read_multipart(request, sink_for=sink_for, max_file_bytes=MAX_FILE, max_fields=50)
    form = Form(received, language_of(request))
    form.text("name", max_length=50)
    try:
        form_tokens.verify(KEYRING, "apply", form.token, now=NOW)
    except Invalid as error:
        form.add(error)
    try:
        form.check()
    except Invalid:
        return page(request, "room/form.html", status_code=422, values=form.values, errors=form.errors)
    return see_other(request, "room:list", language="nl", done="yes")


@post("/plain", name="ats:room:plain", needs=PUBLIC)
async def plain(request: Request[Any, Any, Any]) -> Response[Any]:
    """Takes a form without files and lets its errors go."""
    form = await Form.read(request)
    form.text("name", max_length=50)
    form.check()
    return see_other(request, "room:list", language="nl")


@get("/desk", name="ats:room:desk", needs=staff(Power.READ_APPLICATIONS))
async def desk(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A page of staff."""
    return page(request, "room/list.html")


@get("/desk/applications/{id:str}", name="ats:room:application", needs=staff(Power.READ_APPLICATIONS))
async def application(id: FromPath[UUID]) -> Response[str]:  # noqa: A002 -- the name in the path
    """A page with an id in its path."""
    return Response(str(id), media_type="text/plain")


@post("/desk/act", name="ats:room:act", needs=staff(Power.READ_APPLICATIONS))
async def act(request: Request[Any, Any, Any]) -> Response[None]:
    """Something that staff do."""
    REACHED.append("act")
    return see_other(request, "room:desk")


@post("/my/{token:str}/leave", name="ats:room:leave", needs=LINK)
async def leave(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[None]:
    """Something that the holder of a private link does."""
    REACHED.append(f"leave {len(token)}")
    return see_other(request, "room:list", language="nl")


@get("/broken/{kind:str}", name="ats:room:broken", needs=PUBLIC)
async def broken(request: Request[Any, Any, Any], kind: FromPath[str]) -> Response[bytes]:
    """Goes wrong in several ways."""
    if kind == "template":
        return page(request, "room/broken.html")
    if kind == "database":
        raise ConnectionRefusedError(CANARY)
    if kind == "value":
        raise ValueError(CANARY)
    if kind == "exit":
        raise KeyError(CANARY)
    raise Invalid({"name": "Please fill this in."})


@get("/health", name="ats:room:health", needs=PUBLIC, anonymous=True)
async def health() -> Response[str]:
    """Says that it lives."""
    return Response("ok", media_type="text/plain")


HANDLERS: Sequence[HTTPRouteHandler] = (
    listed, apply_form, apply, plain, desk, application, act, leave, broken, health,
)  # fmt: skip


async def resolve(token_hash: bytes, _now: datetime) -> Staff | None:
    """Finds one of the two sessions."""
    return SESSIONS.get(token_hash)


def make_app(*, prefix: str = "", host: dict[str, Any] | None = None, site: Site | None = None) -> Litestar:
    """The application, alone or in a host with `host` as further arguments."""
    site = site or make_site(settings(), prefix)
    host = host or {"openapi_config": None, "logging_config": None}
    keys = host.get("exception_handlers", {})
    router = build_router(site, HANDLERS, resolve=resolve, dependencies={}, host_exception_keys=keys)
    return Litestar([*host.pop("route_handlers", []), router], **host)


def client(app: Any, **options: Any) -> httpx.AsyncClient:
    """A browser without a session."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, **options)
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL)


def signed_in(token: str) -> dict[str, str]:
    """The headers of a browser with that session."""
    return {"Cookie": f"__Host-ats={token}"}


def write_templates(folder: Path) -> None:
    """Put the small application's templates into `folder`."""
    for name, text in TEMPLATES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def logged(capture: structlog.testing.LogCapture) -> str:
    """Everything that was logged, as text."""
    return repr(capture.entries)
