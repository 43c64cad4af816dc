"""The careers pages, as anybody's browser gets them."""

import re
from datetime import date, timedelta

import asyncpg
import httpx
import pytest
from lxml import html

from ats.core.clock import read_clock
from ats.core.services import Services
from ats.vacancies.actions import NewVacancy, Words, add_vacancy
from ats.vacancies.rules import Contract
from tests.support.cast import Cast, sign_in
from tests.support.contents import contents

ENGLISH = {"en": Words("Data engineer", "Build pipelines.", "First paragraph.\n\nSecond paragraph.")}
ALL = {
    "nl": Words("Data-engineer (nl)", "Bouw datastromen.", "Eerste alinea."),
    "fr": Words("Ingénieur de données (fr)", "Construisez des flux.", "Premier alinéa."),
    "de": Words("Dateningenieur (de)", "Bauen Sie Datenströme.", "Erster Absatz."),
    **ENGLISH,
}


async def publish_vacancy(
    slug: str = "data-engineer",
    *,
    texts: dict[str, Words] = ALL,
    published_on: date = date(2026, 1, 5),
    closed_on: date | None = None,
    contract: Contract = Contract.FIXED_TERM,
) -> None:
    await add_vacancy(
        NewVacancy(
            slug=slug,
            place="Antwerpen",
            contract=contract,
            pay_from=3100,
            pay_to=4300,
            published_on=published_on,
            closed_on=closed_on,
            texts=texts,
        )
    )


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-BE,fr;q=0.9,en;q=0.5", "fr"),
        ("es, de;q=0.4", "de"),
        ("en;q=0.1, nl;q=0.2", "nl"),
        ("ja", "nl"),
        (";;q=x", "nl"),
    ],
)
async def test_the_front_door_leads_to_the_visitors_language(
    client: httpx.AsyncClient, accepted: str, language: str
) -> None:
    answer = await client.get("/", headers={"Accept-Language": accepted})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{language}/jobs")
    assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(("language", "title"), [(code, words.title) for code, words in ALL.items()])
async def test_the_list_shows_title_place_contract_and_pay_in_every_language(
    client: httpx.AsyncClient, language: str, title: str
) -> None:
    await publish_vacancy()
    answer = await client.get(f"/{language}/jobs")
    row = html.fromstring(answer.text).xpath("//li[@class='row']")[0].text_content()
    assert answer.status_code == 200
    assert title in row and "Antwerpen" in row
    # "3.100", "3 100" or "3,100": every language groups thousands in its own way.
    assert re.search(r"3\D?100\b", row) and re.search(r"4\D?300\b", row)
    assert f'lang="{language}"' in answer.text


async def test_only_what_is_open_today_is_listed(client: httpx.AsyncClient, services: Services) -> None:
    today = services.today(read_clock())
    await publish_vacancy("opens-today", published_on=today)
    await publish_vacancy("opens-tomorrow", published_on=today + timedelta(days=1))
    await publish_vacancy("closes-tomorrow", closed_on=today + timedelta(days=1))
    await publish_vacancy("closed-today", closed_on=today)
    answer = await client.get("/en/jobs")
    assert set(re.findall(r"/en/jobs/([a-z-]+)\"", answer.text)) == {"opens-today", "closes-tomorrow"}
    for slug, status in {
        "opens-today": 200,
        "opens-tomorrow": 404,
        "closes-tomorrow": 200,
        "closed-today": 404,
    }.items():
        for path in (f"/en/jobs/{slug}", f"/en/jobs/{slug}/apply"):
            assert (await client.get(path)).status_code == status, path


async def test_an_empty_list_says_so_and_offers_a_spontaneous_application(client: httpx.AsyncClient) -> None:
    answer = await client.get("/en/jobs")
    main = html.fromstring(answer.text).get_element_by_id("main")
    assert "There is no open vacancy right now" in main.text_content()
    assert "/en/apply" in main.xpath(".//a/@href")


async def test_a_long_list_pages_by_key_both_ways_and_says_how_many(client: httpx.AsyncClient) -> None:
    for number in range(53):
        await publish_vacancy(f"job-{number}", published_on=date(2026, 1, 1) + timedelta(days=number // 2))
    seen: list[str] = []
    path: str | None = "/en/jobs"
    pages = []
    while path:
        answer = await client.get(path)
        tree = html.fromstring(answer.text)
        pages.append(tree.xpath("//a[@class='row-title']/@href"))
        seen += pages[-1]
        assert f"Showing {len(pages[-1])} of 53" in answer.text
        path = next(iter(tree.xpath("//a[@rel='next']/@href")), None)
    assert [len(found) for found in pages] == [50, 3] and len(set(seen)) == 53
    back = await client.get(html.fromstring(answer.text).xpath("//a[@rel='prev']/@href")[0])
    assert html.fromstring(back.text).xpath("//a[@class='row-title']/@href") == pages[0]


@pytest.mark.parametrize("page", ["nonsense", "AAAA", "%FF", "a" * 300])
async def test_a_page_that_no_link_gave_is_refused(client: httpx.AsyncClient, page: str) -> None:
    assert (await client.get(f"/en/jobs?page={page}")).status_code == 400


async def test_the_vacancy_page_shows_the_text_the_pay_and_where_to_apply(client: httpx.AsyncClient) -> None:
    await publish_vacancy()
    answer = await client.get("/en/jobs/data-engineer")
    main = html.fromstring(answer.text).get_element_by_id("main")
    text = " ".join(main.text_content().split())
    assert main.xpath(".//h1/text()") == ["Data engineer"]
    assert [each.text_content() for each in main.xpath(".//div[@class='prose']/p")][:2] == [
        "First paragraph.",
        "Second paragraph.",
    ]
    assert "€3,100 to €4,300 gross a month" in text and "Fixed-term contract" in text
    assert {"/en/jobs/data-engineer/apply", "/en/privacy"} <= set(main.xpath(".//a/@href"))
    assert {"/nl/jobs/data-engineer", "/fr/jobs/data-engineer"} <= set(
        html.fromstring(answer.text).xpath("//nav[@class='languages']//a/@href")
    )


async def test_a_missing_text_is_shown_in_another_language_that_is_marked(client: httpx.AsyncClient) -> None:
    await publish_vacancy(texts=ENGLISH)
    listed = html.fromstring((await client.get("/fr/jobs")).text).xpath("//li[@class='row']//*[@lang='en']")
    shown = html.fromstring((await client.get("/fr/jobs/data-engineer")).text).xpath("//article[@lang='en']")
    assert "Data engineer" in listed[0].text_content()
    assert "First paragraph." in shown[0].text_content()


async def test_a_text_cannot_bring_markup_into_the_page(client: httpx.AsyncClient) -> None:
    await publish_vacancy(texts={"en": Words("<b>Job</b>", "<script>x</script>", "a < b & <i>c</i>")})
    for path in ("/en/jobs", "/en/jobs/data-engineer", "/en/jobs/data-engineer/apply"):
        text = (await client.get(path)).text
        assert "<b>Job" not in text and "<script>x" not in text and "&lt;b&gt;Job" in text


@pytest.mark.parametrize("path", ["/xx/jobs", "/en/jobs/none", "/EN/jobs", "/en/jobs/none/apply", "/xx/apply"])
async def test_an_unknown_language_or_vacancy_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    await publish_vacancy()
    answer = await client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "This page does not exist" in answer.text


async def test_public_pages_may_be_cached_and_set_no_cookie(client: httpx.AsyncClient) -> None:
    await publish_vacancy()
    for path in ("/en/jobs", "/en/jobs/data-engineer"):
        answer = await client.get(path)
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert "set-cookie" not in answer.headers
        head = await client.head(path)
        assert (head.status_code, head.content) == (200, b"")


async def test_somebody_who_is_signed_in_gets_the_same_page_as_everybody(client: httpx.AsyncClient, cast: Cast) -> None:
    before = await client.get(f"/en/jobs/{cast.vacancy_slug}")
    await sign_in(client, cast.coordinator)
    assert (await client.get(f"/en/jobs/{cast.vacancy_slug}")).content == before.content


async def test_looking_around_writes_nothing(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    await publish_vacancy()
    before = await contents(superuser)
    for path in ("/", "/en/jobs", "/nl/jobs/data-engineer", "/nl/jobs/data-engineer/apply", "/fr/apply", "/de/thanks"):
        assert (await client.get(path)).status_code in (200, 303)
    assert await contents(superuser) == before
