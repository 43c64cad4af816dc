"""Sending an application: what is stored, once, and only by the person's own choice."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest

from ats.core.services import Services
from tests.applications.sending import CV_FILE, LETTER_FILE, TYPED, open_form
from tests.support.applying import CV, ELIAS, NOOR, SECRETS, apply
from tests.support.cast import Cast
from tests.support.contents import counts

PEOPLE = ("candidate", "application", "document", "message")


async def test_an_application_is_taken_and_thanked_without_a_word_about_the_person(
    client: httpx.AsyncClient, cast: Cast, superuser: asyncpg.Pool
) -> None:
    answer = await apply(client, vacancy=cast.vacancy_slug, letter=LETTER_FILE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/thanks")
    thanks = await client.get(answer.headers["location"])
    assert thanks.status_code == 200
    assert NOOR.name not in thanks.text and NOOR.email not in thanks.text
    assert await counts(superuser, *PEOPLE) == (1, 1, 2, 1)
    row = await superuser.fetchrow("SELECT vacancy_id, language, basis, source FROM application")
    assert tuple(row) == (cast.vacancy, "en", "application", "website")
    person = await superuser.fetchrow("SELECT name, email, telephone, language FROM candidate")
    assert tuple(person) == (NOOR.name, NOOR.email, "+32470123456", "en")


async def test_a_spontaneous_application_needs_no_vacancy_and_no_telephone(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    answer = await apply(client, language="fr", more={"telephone": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/thanks")
    assert await superuser.fetchval("SELECT vacancy_id FROM application") is None
    assert await superuser.fetchval("SELECT telephone FROM candidate") == ""


async def test_what_was_uploaded_stands_nowhere_in_clear(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    long_cv = CV * 2000
    assert (await apply(client, cv=("Noor Willems.txt", long_cv, "text/plain"))).status_code == 303
    files = [path for path in Path(services.settings.files_url).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) >= len(long_cv)
    stored = b"".join(path.read_bytes() for path in files)
    row = await superuser.fetchval("SELECT document.*::text FROM document")
    for secret in (*SECRETS, "Noor", "Privacyconsultant"):
        assert secret.encode() not in stored
        assert secret not in row and secret.encode().hex() not in row


@pytest.mark.parametrize(
    ("joins", "kinds", "basis"),
    [(False, ["shown", "refused"], "application"), (True, ["shown", "given"], "talent_pool")],
)
async def test_the_pool_is_joined_by_the_tick_alone(
    client: httpx.AsyncClient, superuser: asyncpg.Pool, *, joins: bool, kinds: list[str], basis: str
) -> None:
    assert (await apply(client, pool=joins)).status_code == 303
    events = await superuser.fetch("SELECT kind FROM consent_event ORDER BY at, kind DESC")
    assert [row["kind"] for row in events] == kinds
    assert await counts(superuser, "pool_membership") == (int(joins),)
    assert await superuser.fetchval("SELECT basis FROM application") == basis
    years = await superuser.fetchval("SELECT extract(year FROM age(due_on, applied_on))::int FROM application")
    assert years == (3 if joins else 1)


async def test_refusing_the_pool_changes_nothing_else(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    """The same application with and without the tick: apart from the pool and the clock all is equal."""
    compared = (
        "SELECT vacancy_id, application.language, source, statement_hash, applied_on, withdrawn_at, erase_after, purpose, "
        "media, size, state, template FROM candidate JOIN application ON application.candidate_id = candidate.id "
        "JOIN document ON application_id = application.id JOIN message ON message.candidate_id = candidate.id "
        "WHERE candidate.email = $1"
    )
    for applicant, pool in ((NOOR, True), (ELIAS, False)):
        assert (await apply(client, applicant, pool=pool)).status_code == 303
    joined, refused = [await superuser.fetch(compared, applicant.email) for applicant in (NOOR, ELIAS)]
    assert len(joined) == len(refused) == 1
    assert joined == refused


async def test_only_a_real_tick_is_a_consent(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    for value in ("true", "1", "no", "YES "):
        answer = await apply(client, more={"pool": value})
        assert answer.status_code == 422, value
    assert await counts(superuser, "pool_membership", "application") == (0, 0)


async def test_an_objection_on_the_form_is_there_before_anybody_can_share(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    assert (await apply(client, objects=True)).status_code == 303
    assert (await apply(client, ELIAS)).status_code == 303
    rows = await superuser.fetch(
        "SELECT email, affiliate FROM sharing_objection JOIN candidate ON candidate_id = candidate.id"
    )
    assert [tuple(row) for row in rows] == [(NOOR.email, "")]


async def test_who_applies_twice_is_one_person(client: httpx.AsyncClient, cast: Cast, superuser: asyncpg.Pool) -> None:
    assert (await apply(client, vacancy=cast.vacancy_slug)).status_code == 303
    again = await apply(client, language="nl", more={"email": f"  {NOOR.email.upper()} "})
    assert again.status_code == 303
    assert await counts(superuser, *PEOPLE) == (1, 2, 2, 2)
    assert await superuser.fetchval("SELECT count(DISTINCT candidate_id) FROM application") == 1


async def test_a_form_sent_twice_is_one_application_and_the_same_thanks(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    sheet = await open_form(client)
    answers = [await sheet.send(client, TYPED, {"cv": CV_FILE}) for _ in range(2)]
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(303, "/en/thanks")] * 2
    assert await counts(superuser, *PEOPLE) == (1, 1, 1, 1)


async def test_a_form_sent_four_times_at_once_is_one_application(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    sheet = await open_form(client)
    answers = await asyncio.gather(*(sheet.send(client, TYPED, {"cv": CV_FILE}) for _ in range(4)))
    assert [each.status_code for each in answers] == [303] * 4
    assert await counts(superuser, *PEOPLE) == (1, 1, 1, 1)


async def test_two_applications_of_one_person_at_once_meet_the_same_person(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    sheets = [await open_form(client) for _ in range(3)]
    answers = await asyncio.gather(*(sheet.send(client, TYPED, {"cv": CV_FILE}) for sheet in sheets))
    assert [each.status_code for each in answers] == [303] * 3
    assert await counts(superuser, "candidate", "candidate_key", "application") == (1, 1, 3)


async def test_a_form_for_a_vacancy_is_not_good_for_another(
    client: httpx.AsyncClient, cast: Cast, superuser: asyncpg.Pool
) -> None:
    sheet = await open_form(client, cast.vacancy_slug)
    sheet.path = f"/en/jobs/{cast.other_slug}/apply"
    assert (await sheet.send(client, TYPED, {"cv": CV_FILE})).status_code == 422
    assert await counts(superuser, "application") == (0,)


async def test_another_site_cannot_send_the_form(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    sheet = await open_form(client)
    client.headers["Sec-Fetch-Site"] = "cross-site"
    answer = await sheet.send(client, TYPED, {"cv": CV_FILE})
    assert answer.status_code == 403
    assert await counts(superuser, "application", "upload") == (0, 0)
