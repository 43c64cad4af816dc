"""How often the form can be sent."""

from dataclasses import replace

import asyncpg
import httpx
import pytest

from ats.applications import public
from tests.applications.sending import CV_FILE, TYPED, errors, open_form, shown_again, typed
from tests.support.applying import apply
from tests.support.contents import counts


def from_address(client: httpx.AsyncClient, address: str) -> httpx.AsyncClient:
    """Another client of the same application, at another network address."""
    app = client._transport.app  # type: ignore[attr-defined]
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=(address, 4000)), base_url=client.base_url)


async def test_one_address_can_send_sixty_forms_a_minute_and_others_are_not_bothered(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    async with from_address(client, "203.0.113.7") as busy, from_address(client, "203.0.113.8") as other:
        sheet = await open_form(busy)
        answers = [(await sheet.send(busy)).status_code for _ in range(60)]
        assert answers == [422] * 60
        refused = await sheet.send(busy, TYPED, {"cv": CV_FILE})
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert await counts(superuser, "application", "upload") == (0, 0)
        assert (await apply(other)).status_code == 303
        # Reading is not limited.
        assert (await busy.get("/en/apply")).status_code == 200


async def test_who_is_refused_today_loses_nothing_of_the_form(
    client: httpx.AsyncClient, superuser: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "TO_AN_ADDRESS", replace(public.TO_AN_ADDRESS, hits=1))
    assert (await apply(client)).status_code == 303
    answer = await (await open_form(client)).send(client, {**TYPED, "pool": "yes"}, {"cv": CV_FILE})
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert errors(answer).keys() == {"email"}
    assert typed(answer) == {**TYPED, "pool": "yes"} and "cv.txt is kept" in answer.text
    again = await shown_again(answer).send(client, {**TYPED, "email": "other@example.org"})
    assert again.status_code == 303
    assert await counts(superuser, "application", "message") == (2, 2)


async def test_no_address_is_kept_in_clear(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    async with from_address(client, "203.0.113.9") as sender:
        assert (await apply(sender)).status_code == 303
    rows = await superuser.fetch("SELECT convert_from(key, 'LATIN1') AS key FROM rate_limit")
    assert len(rows) == 3
    assert all("203.0.113.9" not in row["key"] and "noor" not in row["key"] for row in rows)
