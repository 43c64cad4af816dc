"""The product mounted in somebody else's application, under a prefix, beside their own pages."""

from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest_asyncio
from litestar import Litestar, Request, Response, get, post
from litestar.config.csrf import CSRFConfig
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig
from lxml import html

from ats.plugin import ATSPlugin
from ats.settings import read_settings
from tests.support.app import living
from tests.support.applying import NOOR, apply
from tests.support.cast import sign_in
from tests.support.environment import environment
from tests.support.mails import private_path

PREFIX = "/recruitment"


class Client(httpx.AsyncClient):
    """A client to which the helpers' paths are below the prefix."""

    def build_request(self, method, url, **kwargs):
        text = str(url)
        return super().build_request(method, text if text.startswith((PREFIX, "/host")) else PREFIX + text, **kwargs)


@get("/host/page")
async def host_page() -> Template:
    return Template("host.html", context={"word": "hello"})


@post("/host/form")
async def host_form() -> None:
    return None


@get("/host/fails")
async def host_fails() -> None:
    raise LookupError


def host_lookup_error(_request: Request, _error: LookupError) -> Response[str]:
    return Response("the host's own answer", status_code=418, media_type="text/plain")


def host_not_found(_request: Request, _error: Exception) -> Response[str]:
    return Response("the host knows no such page", status_code=404, media_type="text/plain")


@pytest_asyncio.fixture(loop_scope="session")
async def hosted(services, servers, tmp_path):
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "host.html").write_text("the host says {{ word }}", encoding="utf-8")
    settings = read_settings(environment(servers.urls, tmp_path) | {"ATS_BASE_URL": f"https://ats.test{PREFIX}"})

    @asynccontextmanager
    async def opened():
        from dataclasses import replace

        yield replace(services, settings=settings)

    app = Litestar(
        route_handlers=[host_page, host_form, host_fails],
        plugins=[ATSPlugin(settings, prefix=PREFIX, opened=opened)],
        template_config=TemplateConfig(directory=Path(tmp_path / "host"), engine=JinjaTemplateEngine),
        csrf_config=CSRFConfig(secret="s" * 32),
        exception_handlers={LookupError: host_lookup_error, 404: host_not_found},
    )
    async with (
        living(app),
        Client(
            transport=httpx.ASGITransport(app=app),
            base_url="https://ats.test",
            headers={"Sec-Fetch-Site": "same-origin"},
        ) as client,
    ):
        yield client


async def test_the_whole_path_works_under_a_prefix(hosted, cast, services, work):
    jobs = await hosted.get("/en/jobs")
    assert jobs.status_code == 200
    targets = html.fromstring(jobs.text).xpath("//a/@href | //link/@href | //script/@src | //form/@action")
    own = [target for target in targets if target.startswith("/")]
    assert own
    assert all(target.startswith(PREFIX) for target in own)
    for target in html.fromstring(jobs.text).xpath("//link[@rel='stylesheet']/@href"):
        assert (await hosted.get(target)).status_code == 200
    assert (await apply(hosted, NOOR, vacancy=cast.vacancy_slug, pool=True)).status_code == 303
    await work()
    path = private_path(services, NOOR.email)
    own_page = await hosted.get(path)
    assert own_page.status_code == 200
    leave = next(each for each in html.fromstring(own_page.text).xpath("//form/@action") if "leave-pool" in each)
    assert (await hosted.post(leave)).status_code == 303
    await sign_in(hosted, cast.owner)
    listed = await hosted.get(f"/desk/vacancies/{cast.vacancy}")
    assert NOOR.name in listed.text


async def test_the_host_keeps_its_templates_its_csrf_and_its_errors(hosted):
    assert (await hosted.get("/host/page")).text == "the host says hello"
    assert (await hosted.post("/host/form")).status_code == 403
    assert (await hosted.get("/host/fails")).status_code == 418
    assert (await hosted.get("/host/nothing")).text == "the host knows no such page"


async def test_ours_are_ours_below_the_prefix(hosted):
    missing = await hosted.get("/en/jobs/no-such-job")
    assert missing.status_code == 404
    assert "the host" not in missing.text
    assert "<html" in missing.text
    unknown = await hosted.get("/nothing/at/all")
    assert (unknown.status_code, "the host" in unknown.text) == (404, False)
    assert unknown.headers["content-security-policy"].startswith("default-src 'none'")
