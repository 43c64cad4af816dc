"""The application under test, in the test's own loop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from ats.app import create_app
from ats.core.services import Services
from tests.support.environment import BASE_URL


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application on the given services."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Services]:
        yield services

    app = create_app(services.settings, opened=opened)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE_URL) as client:
        yield client
