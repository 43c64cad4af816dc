"""The statement's pages: the version that applies, and each earlier one to the byte."""

import json
import re

import asyncpg
import httpx
import pytest
from lxml import html

from ats.consent.rules import statement_hash
from ats.consent.statement import render_statement
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.organisation import LANGUAGES
from tests.support.contents import contents

# Blanks, entities and quotes of which a careless page would change something.
OLD = {language: f"<h2>Old ({language})</h2>\n<p>a  b &amp; 'c' \"d\" \u00e9 e\u0301</p>\n\n" for language in LANGUAGES}


async def store_old_version(superuser: asyncpg.Pool) -> str:
    version = statement_hash(OLD)
    await superuser.execute(
        "INSERT INTO statement_version (hash, texts, created_at) VALUES ($1, $2, '2025-11-06 23:30Z')",
        version,
        json.dumps(OLD),
    )
    return version


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_present_statement_is_shown_with_its_hash_and_its_date(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, language: str
) -> None:
    old = await store_old_version(superuser)
    present = render_statement(services.organisation)
    answer = await client.get(f"/{language}/privacy")
    assert answer.status_code == 200
    assert present.texts[language] in answer.text
    rows = html.fromstring(answer.text).xpath("//section[@id='versions']//li")
    assert [row.xpath(".//code/text()") for row in rows] == [[present.hash], [old]]
    assert rows[0].xpath(".//a/@href") == [f"/{language}/privacy/{present.hash}"]
    assert str(services.today(read_clock()).year) in rows[0].text_content()
    # Half past midnight on the seventh in Brussels.
    assert re.search(r"\b7\b.* 2025", rows[1].xpath(".//a")[0].text_content())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_earlier_version_is_shown_to_the_byte_and_says_that_it_is_earlier(
    client: httpx.AsyncClient, superuser: asyncpg.Pool, language: str
) -> None:
    version = await store_old_version(superuser)
    answer = await client.get(f"/{language}/privacy/{version}")
    assert answer.status_code == 200
    assert OLD[language].encode() in answer.content
    tree = html.fromstring(answer.text)
    assert tree.xpath(f"//div[contains(@class, 'notice')]//a[@href='/{language}/privacy']")
    assert version in (await client.get(f"/{language}/privacy")).text


async def test_the_present_version_has_the_same_text_under_its_own_address(
    client: httpx.AsyncClient, services: Services
) -> None:
    present = render_statement(services.organisation)
    answer = await client.get(f"/en/privacy/{present.hash}")
    assert present.texts["en"] in answer.text
    assert not html.fromstring(answer.text).xpath("//div[contains(@class, 'notice')]")


@pytest.mark.parametrize("version", ["0" * 64, "x", "%F0%9F", "..", "' OR 1=1"])
async def test_an_unknown_version_is_not_found(client: httpx.AsyncClient, version: str) -> None:
    assert (await client.get(f"/en/privacy/{version}")).status_code in (400, 404)


async def test_an_unknown_language_is_not_found(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    version = await store_old_version(superuser)
    assert (await client.get("/es/privacy")).status_code == 404
    assert (await client.get(f"/es/privacy/{version}")).status_code == 404


async def test_reading_the_statement_writes_nothing_and_sets_no_cookie(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    before = await contents(superuser)
    for path in ("/nl/privacy", f"/nl/privacy/{render_statement(services.organisation).hash}"):
        answer = await client.get(path)
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert "set-cookie" not in answer.headers
    assert await contents(superuser) == before
