"""The private page: what it shows, to whom, and that looking at it changes nothing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import httpx
import pytest
from lxml import html

from ats.candidates.queries import data_key
from ats.core.clock import add_years, read_clock
from ats.core.crypto import new_token
from ats.core.services import Services
from ats.documents import actions as documents
from ats.documents.queries import load_finding_for
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from ats.web.environment import environment
from tests.rights.people import SCANNERS, applied, fingerprint
from tests.support.applying import ELIAS, NOOR, SECRETS
from tests.support.cast import Cast

Work = Callable[[], Awaitable[int]]


def text_of(answer: httpx.Response) -> str:
    """The page as it is read, blanks folded."""
    return " ".join(html.fromstring(answer.text).xpath("//main")[0].text_content().split())


async def test_the_page_shows_everything_that_is_held(
    client: httpx.AsyncClient, services: Services, cast: Cast, work: Work
) -> None:
    known = await applied(services, vacancy=cast.vacancy, pool=True)
    await work()
    answer = await client.get(known.path)
    page = text_of(answer)
    assert answer.status_code == 200
    for held in (NOOR.name, NOOR.email, "+32470123456", "Privacy consultant", "cv.txt", "You are in our talent pool"):
        assert held in page
    assert "National register number" in page and "Health" in page
    day = environment("en", services.organisation.zone).filters["date"]
    today = services.today(read_clock())
    assert day(today) in page
    assert day(add_years(today, services.organisation.retention.pool_years)) in page
    for affiliate in services.organisation.affiliates:
        assert affiliate.name in page
    assert services.organisation.supervisory_authority.en in page


async def test_the_page_never_shows_the_sensitive_parts_themselves(
    client: httpx.AsyncClient, services: Services, work: Work
) -> None:
    known = await applied(services)
    await work()
    page = (await client.get(known.path)).text
    assert not any(secret in page for secret in SECRETS)


async def test_an_unread_document_says_that_it_is_being_read(client: httpx.AsyncClient, services: Services) -> None:
    known = await applied(services)
    page = text_of(await client.get(known.path))
    assert "Being read" in page
    assert "No sensitive parts" not in page


async def test_a_spontaneous_application_is_called_so(client: httpx.AsyncClient, services: Services) -> None:
    known = await applied(services)
    assert "Spontaneous application" in text_of(await client.get(known.path))


async def test_the_consent_history_has_the_exact_words_and_leads_to_the_statement_that_was_shown(
    client: httpx.AsyncClient, services: Services
) -> None:
    known = await applied(services, pool=True, language="fr")
    answer = await client.get(known.path + "?language=en")
    words = html.fromstring(answer.text).xpath("//blockquote")
    assert [each.get("lang") for each in words] == ["fr"]
    assert services.organisation.name in words[0].text_content()
    (link,) = {each for each in html.fromstring(answer.text).xpath("//main//a/@href") if "/privacy/" in each}
    assert (await client.get(link)).status_code == 200


async def test_a_revealed_part_is_listed_with_who_and_why(
    client: httpx.AsyncClient, services: Services, cast: Cast, work: Work, superuser: asyncpg.Pool
) -> None:
    known = await applied(services, vacancy=cast.vacancy)
    await work()
    assert "Nobody has been shown any" in text_of(await client.get(known.path))
    finding_id = await superuser.fetchval("SELECT id FROM finding WHERE label = 'HEALTH'")
    finding = await load_finding_for(cast.coordinator, finding_id)
    await documents.reveal_finding(services, cast.coordinator, finding, "Asked for <an> adaptation", now=read_clock())
    answer = await client.get(known.path)
    row = html.fromstring(answer.text).xpath("//tbody/tr")[0].text_content()
    assert "Health" in row and "The privacy coordinator" in row and "Asked for <an> adaptation" in row
    assert cast.coordinator.name not in answer.text


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
async def test_the_page_comes_in_every_language(
    client: httpx.AsyncClient, services: Services, cast: Cast, language: str
) -> None:
    known = await applied(services, vacancy=cast.vacancy, pool=True, language="en")
    answer = await client.get(known.path, params={"language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    titles = {"nl": "Privacyconsultant", "fr": "Consultant en vie privée", "en": "Privacy consultant",
              "de": "Datenschutzberater"}  # fmt: skip
    assert titles[language] in answer.text


async def test_the_page_comes_in_the_language_of_the_person_when_none_is_asked_for(
    client: httpx.AsyncClient, services: Services
) -> None:
    known = await applied(services, language="de")
    answer = await client.get(known.path, headers={"Accept-Language": "fr"})
    assert '<html lang="de">' in answer.text


async def test_the_page_is_neither_cached_nor_indexed_and_sets_no_cookie(
    client: httpx.AsyncClient, services: Services
) -> None:
    known = await applied(services)
    answer = await client.get(known.path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.text
    assert "set-cookie" not in answer.headers


async def test_an_unknown_link_and_the_link_of_somebody_who_was_erased_get_the_same_answer(
    client: httpx.AsyncClient, services: Services
) -> None:
    known = await applied(services)
    assert (await client.get(known.path)).status_code == 200
    later = read_clock() + timedelta(days=370)
    await sweep(services, HOLDING_PEOPLE, on=services.today(later), now=read_clock())
    erased = await client.get(known.path)
    unknown = await client.get(f"/my/{new_token()}")
    assert erased.status_code == unknown.status_code == 404
    assert erased.text == unknown.text


@pytest.mark.parametrize("token", ["x", "%00", "%ff%fe", "a" * 3000, "..%2f..", "é"])
async def test_a_malformed_link_is_an_unknown_one(client: httpx.AsyncClient, services: Services, token: str) -> None:
    for answer in (await client.get(f"/my/{token}"), await client.post(f"/my/{token}/leave-pool")):
        assert answer.status_code in (400, 404)


async def test_a_link_past_the_due_date_is_dead_although_no_sweep_has_come(
    client: httpx.AsyncClient, services: Services
) -> None:
    known = await applied(services, days_ago=370)
    assert (await client.get(known.path)).status_code == 404
    assert (await client.post(known.path + "/leave-pool")).status_code == 404


@pytest.mark.parametrize("agent", SCANNERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_looking_writes_nothing_at_all(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, work: Work, method: str, agent: str
) -> None:
    known = await applied(services, pool=True, objects=False)
    await work()
    before = await fingerprint(superuser)
    for path in ("", "/leave-pool", "/object", f"/withdraw/{known.application_id}", "?done=left-pool&language=nl"):
        answer = await client.request(method, known.path + path, headers={"User-Agent": agent})
        assert answer.status_code in (200, 204, 405)
    assert await fingerprint(superuser) == before


async def test_the_check_for_writes_sees_one(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    known = await applied(services, pool=True)
    before = await fingerprint(superuser)
    assert (await client.post(known.path + "/leave-pool")).status_code == 303
    assert await fingerprint(superuser) != before


async def test_the_page_shows_no_success_that_did_not_happen(client: httpx.AsyncClient, services: Services) -> None:
    known = await applied(services, pool=True)
    for word in ("left-pool", "objected", "withdrawn", "<script>", "x" * 150):
        answer = await client.get(known.path, params={"done": word})
        assert answer.status_code == 200
        assert 'role="status"' not in answer.text


async def test_each_person_sees_only_their_own(client: httpx.AsyncClient, services: Services, cast: Cast) -> None:
    noor = await applied(services, NOOR, vacancy=cast.vacancy)
    elias = await applied(services, ELIAS, vacancy=cast.vacancy)
    assert ELIAS.email not in (await client.get(noor.path)).text
    page = (await client.get(elias.path)).text
    assert NOOR.email not in page
    assert str(noor.application_id) not in page


async def test_a_person_whose_key_is_destroyed_is_gone_for_every_reader(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    known = await applied(services)
    assert len(await data_key(services, known.candidate_id)) == 32
    await superuser.execute("DELETE FROM candidate_key WHERE candidate_id = $1", known.candidate_id)
    assert (await client.get(known.path)).status_code == 404
