"""From upload to reviewable: a two-page PDF through the form, the worker and the masked copy."""

import asyncio
import time

import asyncpg
import httpx

from ats.demo.documents import cv_pdf
from ats.demo.people import people
from bench.figures import limit, median, percentile, row
from bench.stack import Stack, folder, stack
from tests.support.applying import Applicant, apply

ONE_BY_ONE = 25
AT_ONCE = 60
LIMIT_SECONDS = 1


async def measure() -> None:
    """Upload one by one, then many at once."""
    pdf = cv_pdf(people()[0])
    async with folder() as data, stack(data, demo=False) as product:
        connection = await asyncpg.connect(product.urls.database_url)
        try:
            await _send(product, pdf, 0)
            await _reviewable(connection, 1)
            seconds = []
            for number in range(1, ONE_BY_ONE + 1):
                begun = time.perf_counter()
                await _send(product, pdf, number)
                await _reviewable(connection, number + 1)
                seconds.append(time.perf_counter() - begun)
            row("upload to reviewable, median", f"{median(seconds) * 1000:.0f} ms")
            slow = percentile(seconds, 95)
            row("upload to reviewable, 95th percentile", f"{slow * 1000:.0f} ms", limit(slow, LIMIT_SECONDS, "s"))
            begun = time.perf_counter()
            for number in range(AT_ONCE):
                await _send(product, pdf, 1000 + number)
            sent = time.perf_counter() - begun
            await _reviewable(connection, ONE_BY_ONE + 1 + AT_ONCE)
            total = time.perf_counter() - begun
            row(
                "documents a minute, one worker",
                f"{AT_ONCE / total * 60:.0f}",
                f"sending alone {AT_ONCE / sent * 60:.0f}",
            )
        finally:
            await connection.close()


async def _send(product: Stack, pdf: bytes, number: int) -> None:
    # Each comes from an address of its own, as the proxy in front would say: one address may not send so many.
    address = {"X-Forwarded-For": f"192.0.2.{number % 250}"}
    async with httpx.AsyncClient(base_url=product.base_url, timeout=30, headers=address) as client:
        answer = await apply(
            client,
            Applicant(f"Bench {number}", f"bench{number}@example.org", "+32 470 12 34 56"),
            cv=("cv.pdf", pdf, "application/pdf"),
        )
        assert answer.status_code == 303, answer.text


async def _reviewable(connection: asyncpg.Connection, count: int) -> None:
    async with asyncio.timeout(120):
        while await connection.fetchval("SELECT count(*) FROM document WHERE state = 'read'") < count:
            await asyncio.sleep(0.005)
