"""Start-up time and memory."""

import asyncio

import httpx

from ats.demo.documents import cv_pdf
from ats.demo.fill import SIGN_INS
from ats.demo.people import people
from ats.organisation import LANGUAGES
from bench.figures import limit, row
from bench.stack import Stack, folder, stack
from tests.support.applying import Applicant, apply

MEGABYTE = 1024 * 1024
WEB_MEGABYTES = 130
WORKER_MEGABYTES = 600
SECOND_START_SECONDS = 5


async def measure() -> None:
    """Start twice; look at memory once the product has been used: every language, uploads, sign-ins."""
    async with folder() as data:
        async with stack(data, demo=True) as first:
            row("first start, with the demonstration", f"{first.started:.2f} s")
            await asyncio.sleep(20)
        async with stack(data, demo=True) as second:
            row("second start", f"{second.started:.2f} s", limit(second.started, SECOND_START_SECONDS, "s"))
            await use(second)
            web, worker = (second.memory(name) / MEGABYTE for name in ("web", "worker"))
            row("memory of web", f"{web:.0f} MB", limit(web, WEB_MEGABYTES, "MB"))
            row("memory of worker with its children", f"{worker:.0f} MB", limit(worker, WORKER_MEGABYTES, "MB"))


async def use(product: Stack) -> None:
    """What makes a process grow: pages in every language, documents small and large, passwords."""
    pdf = cv_pdf(people()[0])
    large = b"large enough to be streamed in parts. " * 400_000
    async with httpx.AsyncClient(base_url=product.base_url, timeout=30) as client:
        for language in LANGUAGES:
            for page in ("jobs", "apply", "privacy", "thanks"):
                await client.get(f"/{language}/{page}")
        for number in range(10):
            applicant = Applicant(f"Bench {number}", f"bench{number}@example.org", "+32 470 12 34 56")
            cv = ("cv.txt", large, "text/plain") if number == 5 else ("cv.pdf", pdf, "application/pdf")
            assert (await apply(client, applicant, cv=cv)).status_code == 303
        for each in SIGN_INS:
            fields = {"email": each.email, "password": each.password}
            answer = await client.post("/desk/sign-in", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status_code == 303
    await asyncio.sleep(10)
