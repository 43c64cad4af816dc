"""The application under test, in the test's own loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import msgspec
from litestar import Litestar

from ats.app import create_app
from ats.core.services import Services
from tests.support.environment import BASE_URL


@asynccontextmanager
async def living(app: Litestar) -> AsyncIterator[None]:
    """The application's lifespan, in a task of its own: fixtures begin and end in different ones."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            begun.set()
            await ended.wait()

    task = asyncio.create_task(live())
    waiting = asyncio.create_task(begun.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiting.cancel()
        task.result()
    try:
        yield
    finally:
        ended.set()
        await task


@dataclass
class _Made:
    """An application that many tests use one after the other, each with its own services."""

    app: Litestar
    services: Services


_made: dict[tuple[object, ...], _Made] = {}


def _application(services: Services) -> Litestar:
    """The application for these settings. Building one is slow, and only a few settings go into it."""
    settings = services.settings
    key = (
        settings.base_url,
        settings.demo,
        settings.upload_max_bytes,
        settings.document_max_pages,
        msgspec.json.encode(settings.organisation),
    )
    if key not in _made:

        @asynccontextmanager
        async def opened() -> AsyncIterator[Services]:
            yield _made[key].services

        _made[key] = _Made(create_app(settings, opened=opened), services)
    _made[key].services = services
    return _made[key].app


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application on the given services."""
    app = _application(services)
    transport = httpx.ASGITransport(app=app)
    # What a browser says of itself when a form of a page is sent to the page's own site.
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with living(app), httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as client:
        yield client
