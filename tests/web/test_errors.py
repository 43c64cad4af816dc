"""How errors are shown and logged: safe for people and programs, on our routes only."""

from typing import Any

import asyncpg
import httpx
import pytest
import structlog
from litestar import Request, Response, get, post
from litestar.config.csrf import CSRFConfig
from litestar.exceptions import NotAuthorizedException, TooManyRequestsException
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from ats.core import errors
from ats.core.db import NotConnected
from ats.web.failures import as_ats_error
from ats.web.site import Site
from tests.web.small_app import CANARY, RECRUITER_TOKEN, client, logged, make_app, settings, signed_in

JSON = {"Accept": "application/json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "en"}


@pytest.mark.parametrize(
    ("kind", "status"), [("template", 500), ("value", 500), ("exit", 500), ("database", 503), ("form", 422)]
)
async def test_an_error_says_nothing_internal(
    browser: httpx.AsyncClient, log: structlog.testing.LogCapture, kind: str, status: int
) -> None:
    page = await browser.get(f"/broken/{kind}", headers=BROWSER)
    problem = await browser.get(f"/broken/{kind}", headers=JSON)
    assert page.status_code == problem.status_code == problem.json()["status"] == status
    assert page.text.startswith(f"<h1>{status} ")
    assert problem.headers["content-type"] == "application/problem+json"
    for text in (page.text, problem.text, logged(log)):
        assert CANARY not in text
        assert "nobody_gave_this" not in text
    for answer in (page, problem):
        assert answer.headers["cache-control"] == "no-store"


async def test_an_unexpected_error_is_logged_by_type_and_place(
    browser: httpx.AsyncClient, log: structlog.testing.LogCapture
) -> None:
    await browser.get("/broken/value")
    [entry] = log.entries
    assert (entry["error"], entry["route"], entry["method"]) == ("ValueError", "/broken/{kind}", "GET")
    assert entry["frames"][-1].startswith("tests.web.small_app.broken:")


async def test_what_was_expected_is_not_logged(browser: httpx.AsyncClient, log: structlog.testing.LogCapture) -> None:
    for path in ("/nowhere", "/broken/form", "/desk", "/plain"):
        await browser.get(path)
    assert log.entries == []


async def test_errors_of_fields_are_listed_for_programs(browser: httpx.AsyncClient) -> None:
    problem = (await browser.post("/plain", data={"name": ""}, headers=JSON | {"Accept-Language": "en"})).json()
    assert problem["type"] == "urn:problem-type:ats:invalid"
    assert problem["errors"] == [{"field": "name", "detail": "Please fill this in."}]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html", "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
        ("application/problem+json", "application/problem+json"),
        ("application/json;q=0.9, text/html;q=0.8", "application/problem+json"),
        ("application/json;q=0.8, text/html", "text/html"),
        ("application/json;q=2, garbage;;;", "text/html"),
        ("\xff\xfe, \x01", "text/html"),
    ],
)
async def test_the_accept_header_chooses_between_a_page_and_problem_details(
    browser: httpx.AsyncClient, accept: str, media_type: str
) -> None:
    answer = await browser.get("/nowhere", headers=[(b"Accept", accept.encode("latin-1"))])
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(media_type)


async def test_a_broken_error_page_still_answers(
    browser: httpx.AsyncClient, tmp_path: Any, log: structlog.testing.LogCapture
) -> None:
    (tmp_path / "templates" / "errors" / "error.html").write_text("{{ nobody }}")
    answer = await browser.get("/nowhere", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert answer.text.startswith("Page not found")
    assert log.entries[0]["error"] == "UndefinedError"


def test_a_limit_says_when_to_come_back(site: Site) -> None:
    from ats.web.errors import answer

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "path_params": {}}
    response = answer(site, Request(scope), errors.TooManyRequests(17))  # type: ignore[arg-type]
    assert (response.status_code, response.headers["Retry-After"]) == (429, "17")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (asyncpg.CannotConnectNowError(), 503),
        (asyncpg.InterfaceError("x"), 503),
        (asyncpg.LockNotAvailableError(), 503),
        (NotConnected(), 503),
        (TimeoutError(), 503),
        (asyncpg.UniqueViolationError(), 500),
        (TooManyRequestsException(), 429),
        (NotAuthorizedException(), 401),
        (KeyError("x"), 500),
    ],
)
def test_each_exception_has_its_status(error: Exception, status: int) -> None:
    assert as_ats_error(error).status == status


def test_a_litestar_exception_keeps_its_text_to_itself() -> None:
    assert as_ats_error(NotAuthorizedException(CANARY)).message == errors.NotSignedIn.message


# ---- In somebody else's application


def host(tmp_path: Any) -> dict[str, Any]:
    """A host application with its own exception handlers, CSRF protection and templates."""
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "page.html").write_text("host's own {{ csrf_token() is string }}")

    @get("/")
    async def start() -> Template:
        return Template("page.html")

    @get("/fails/{kind:str}")
    async def fails(kind: FromPath[str]) -> None:
        raise {"value": ValueError, "invalid": errors.Invalid}[kind]({})

    @post("/send")
    async def send() -> str:
        return "sent"

    def handled(_request: Request[Any, Any, Any], error: Exception) -> Response[str]:
        return Response(f"host: {type(error).__name__}", status_code=418, media_type="text/plain")

    return {
        "route_handlers": [start, fails, send],
        "exception_handlers": {404: handled, ValueError: handled, 405: handled, 500: handled},
        "csrf_config": CSRFConfig(secret="a secret of the host", cookie_name="hostcsrf"),
        "template_config": TemplateConfig(directory=tmp_path / "host", engine=JinjaTemplateEngine),
        "logging_config": None,
        "openapi_config": None,
    }


@pytest.fixture
def mounted(site: Site, tmp_path: Any) -> httpx.AsyncClient:
    """A browser at a host that has us mounted at /werk."""
    return client(make_app(site=Site(settings(), site.assets, "/werk"), host=host(tmp_path)))


async def test_our_routes_work_in_a_host_with_csrf_templates_and_handlers_of_its_own(
    mounted: httpx.AsyncClient,
) -> None:
    listed = await mounted.get("/werk/nl/jobs")
    assert listed.text.startswith("<html lang=nl>visitor /nl/jobs /werk/fr/jobs")
    assert "set-cookie" not in listed.headers
    assert (await mounted.post("/werk/plain", data={"name": "Jan"})).status_code == 303
    assert (await mounted.get("/werk/desk", headers=signed_in(RECRUITER_TOKEN))).status_code == 200
    for method, path, status in (
        ("GET", "/werk/nowhere", 404),
        ("GET", "/werk/nl/no/where", 404),
        ("PUT", "/werk/nl/jobs", 405),
        ("GET", "/werk/broken/value", 500),
        ("GET", "/werk/broken/exit", 500),
        ("GET", "/werk/broken/form", 422),
        ("GET", "/werk/desk/applications/x", 303),
    ):
        answer = await mounted.request(method, path)
        assert answer.status_code == status, path
        assert "host" not in answer.text
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_the_host_keeps_its_own_pages_errors_and_csrf(mounted: httpx.AsyncClient) -> None:
    start = await mounted.get("/")
    assert start.text == "host's own True"
    assert "hostcsrf" in start.cookies
    assert "content-security-policy" not in start.headers
    assert (await mounted.post("/send")).status_code == 403
    assert (await mounted.post("/send", headers={"x-csrftoken": start.cookies["hostcsrf"]})).text == "sent"
    for path, text in (
        ("/nowhere", "NotFoundException"),
        ("/fails/value", "ValueError"),
        ("/fails/invalid", "Invalid"),
    ):
        answer = await mounted.get(path)
        assert (answer.status_code, answer.text) == (418, f"host: {text}")
    assert (await mounted.put("/")).text == "host: MethodNotAllowedException"
