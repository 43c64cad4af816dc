"""One product and one browser for all tests; every test gets a context of its own, as somebody who was never here."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.places import Places, find_places
from tests.support.browser import Product, running_browser, running_product, visit

Visiting = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The product as `make run` starts it, in a folder that an unprivileged server account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="ats-browser-"))
    folder.chmod(0o711)
    try:
        with running_product(folder) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser."""
    async with running_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def visiting(chromium: Browser, product: Product) -> Visiting:
    """`async with visiting(...) as page`: see `visit`."""
    return partial(visit, chromium, product)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def places(visiting: Visiting) -> Places:
    """Where the pages are that have no fixed address, and the sessions of staff."""
    return await find_places(visiting)
