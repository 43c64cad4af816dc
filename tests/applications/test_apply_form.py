"""The application form before it is sent."""

import httpx
import pytest
from lxml import html

from ats.consent.statement import pool_wording, render_statement
from ats.core.services import Services
from tests.support.cast import Cast

LANGUAGES = ("nl", "fr", "en", "de")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_box_is_ticked_beforehand(client: httpx.AsyncClient, cast: Cast, language: str) -> None:
    for path in (f"/{language}/apply", f"/{language}/jobs/{cast.vacancy_slug}/apply"):
        tree = html.fromstring((await client.get(path)).text)
        assert {box.get("name") for box in tree.xpath("//input[@type='checkbox']")} == {"pool", "object"}
        assert not tree.xpath("//input[@checked]")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_pool_box_stands_apart_with_exactly_the_words_that_are_recorded(
    client: httpx.AsyncClient, services: Services, language: str
) -> None:
    tree = html.fromstring((await client.get(f"/{language}/apply")).text)
    box = tree.get_element_by_id("field-pool")
    assert tree.xpath("//label[@for='field-pool']")[0].text_content() == pool_wording(services.organisation, language)
    own_part = box.xpath("ancestor::fieldset")[0]
    assert [each.get("name") for each in own_part.xpath(".//input")] == ["pool"]


async def test_the_affiliates_are_named_beside_the_objection(client: httpx.AsyncClient, services: Services) -> None:
    tree = html.fromstring((await client.get("/en/apply")).text)
    part = tree.get_element_by_id("field-object").xpath("ancestor::fieldset")[0].text_content()
    assert services.organisation.affiliates
    assert all(affiliate.name in part for affiliate in services.organisation.affiliates)


async def test_the_form_carries_the_statement_that_it_links_to(client: httpx.AsyncClient, services: Services) -> None:
    tree = html.fromstring((await client.get("/fr/apply")).text)
    assert tree.xpath("//input[@name='statement']/@value") == [render_statement(services.organisation).hash]
    link = tree.get_element_by_id("field-statement").get("href")
    assert link == "/fr/privacy"
    assert (await client.get(link)).status_code == 200


async def test_the_form_says_what_to_leave_out_and_asks_for_none_of_it(client: httpx.AsyncClient) -> None:
    tree = html.fromstring((await client.get("/en/apply")).text)
    hint = tree.xpath("//div[contains(@class, 'notice-privacy')]")[0].text_content()
    assert all(word in hint for word in ("national register number", "health", "family", "earn"))
    assert {each.get("name") for each in tree.xpath("//form[@enctype]//input")} == {
        "form_token", "statement", "wording", "name", "email", "telephone", "cv", "letter", "object", "pool",
    }  # fmt: skip


async def test_the_form_works_without_scripts_and_is_never_cached(client: httpx.AsyncClient) -> None:
    answer = await client.get("/en/apply")
    form = html.fromstring(answer.text).xpath("//form[@enctype='multipart/form-data']")[0]
    assert (form.get("method"), form.get("action")) == ("post", "/en/apply")
    assert form.xpath(".//button[@type='submit'][not(@disabled)]")
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


async def test_every_field_has_a_label(client: httpx.AsyncClient) -> None:
    tree = html.fromstring((await client.get("/en/apply")).text)
    for field in tree.xpath("//form[@enctype]//input[not(@type='hidden')]"):
        label = tree.xpath(f"//label[@for='{field.get('id')}']")
        assert len(label) == 1 and label[0].text_content().strip(), field.get("name")


async def test_each_form_is_one_of_its_own(client: httpx.AsyncClient) -> None:
    pages = [html.fromstring((await client.get("/en/apply")).text) for _ in range(2)]
    tokens = {page.xpath("//input[@name='form_token']/@value")[0] for page in pages}
    assert len(tokens) == 2


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_of_thanks_says_that_a_mail_is_coming_and_knows_nobody(
    client: httpx.AsyncClient, language: str
) -> None:
    first = await client.get(f"/{language}/thanks")
    assert first.status_code == 200
    assert first.text == (await client.get(f"/{language}/thanks?name=Noor&email=noor%40example.org")).text
