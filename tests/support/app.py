"""The application under test, in the test's own loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
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


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application on the given services."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Services]:
        yield services

    app = create_app(services.settings, opened=opened)
    transport = httpx.ASGITransport(app=app)
    # What a browser says of itself when a form of a page is sent to the page's own site.
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with living(app), httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as client:
        yield client
