"""Fixtures of the web floor's tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import structlog

from ats.web import environment
from ats.web.assets import Assets
from ats.web.site import Site
from tests.web.small_app import REACHED, SINKS, client, make_app, settings, write_templates


@pytest.fixture(autouse=True)
def _templates(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if "services" in request.fixturenames:
        # The product's own templates make the statement that `services` publishes.
        yield
        return
    folder = tmp_path / "templates"
    write_templates(folder)
    monkeypatch.setattr(environment, "FOLDER", folder)
    environment.environment.cache_clear()
    SINKS.clear()
    REACHED.clear()
    yield
    environment.environment.cache_clear()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site with one stylesheet."""
    folder = tmp_path / "static"
    (folder / "icons").mkdir(parents=True)
    (folder / "app.css").write_text("body { color: black }")
    (folder / "icons" / "logo.svg").write_text("<svg/>")
    (folder / "notes.md").write_text("not served")
    return Site(settings(), Assets(folder))


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a session at the small application."""
    app = make_app(site=site)
    async with client(app) as made:
        yield made


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[structlog.testing.LogCapture]:
    """What is logged meanwhile."""
    capture = structlog.testing.LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[capture])
    yield capture
    structlog.configure(**before)
