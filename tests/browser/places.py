"""Finds the addresses that only the running demonstration knows, by following links as people do."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page

from tests.support.browser import ADMINISTRATOR, COORDINATOR, RECRUITER, sign_in

WORKER_SECONDS = 60
# Of the demonstration: speaks English, applied for the first vacancy of the list, and is in the talent pool.
SOMEBODY, EMAIL = "Daniel Okafor", "daniel.okafor@example.com"


@dataclass(frozen=True)
class Places:
    """The slug of a vacancy, paths of pages, and the session of every role (by its name) with which some of them are read."""

    job: str
    listed: str
    application: str
    mail: str
    private: str
    sessions: dict[str, Any]


async def find_places(visiting) -> Places:
    """Look around once, for all tests that need an address."""
    sessions = {}
    for account in (RECRUITER, COORDINATOR, ADMINISTRATOR):
        async with visiting() as page:
            await sign_in(page, account)
            sessions[account.role.value] = await page.context.storage_state()
    async with visiting() as page:
        await page.goto("/en/jobs")
        await page.get_by_role("link", name="Python developer").click()
        job = path(page).rpartition("/")[2]
        await open_private_page(page, EMAIL)
        private = path(page)
        await page.go_back()
        mail = path(page)
    async with visiting(storage_state=sessions["recruiter"]) as page:
        # The accounts of the demonstration read Dutch.
        await page.goto("/desk")
        await page.get_by_role("link", name="Python-ontwikkelaar").click()
        listed = path(page)
        await page.get_by_role("link", name=SOMEBODY).click()
        await reload_until(page, page.locator(".document-text .masked"))
        return Places(job, listed, path(page), mail, private, sessions)


def path(page: Page) -> str:
    """The path of the page's address."""
    return urlsplit(page.url).path


async def open_private_page(page: Page, email: str) -> None:
    """Follow the private link in somebody's latest mail, as soon as it is there."""
    await page.goto("/demo/mail")
    row = page.locator("li.row", has_text=email).first
    await reload_until(page, row)
    await row.get_by_role("link").click()
    await page.locator("article a[href*='/my/']").first.click()


async def reload_until(page: Page, something: Locator) -> None:
    """Look again until the worker has done its part."""
    deadline = time.monotonic() + WORKER_SECONDS
    while not await something.count():
        assert time.monotonic() < deadline, "the worker did not do its part"
        await page.wait_for_timeout(300)
        await page.reload()
