"""A form that comes back with errors: nothing that was typed or uploaded is lost."""

import asyncio
import re
from datetime import date, timedelta

import asyncpg
import httpx
import pytest

from ats.consent.rules import text_hash
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.documents.uploads import UPLOAD_LIFE, clean_up
from ats.vacancies.tables import Vacancy
from ats.web import form_tokens
from tests.applications.sending import CV_FILE, LETTER_FILE, TYPED, Sheet, errors, open_form, shown_again, typed
from tests.support.applying import NOOR
from tests.support.cast import Cast
from tests.support.contents import counts

BOTH = {"cv": CV_FILE, "letter": LETTER_FILE}
TICKS = {"pool": "yes", "object": "yes"}


async def test_all_errors_come_at_once(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    sheet = await open_form(client)
    wrong = {"name": " ", "email": "noor@", "telephone": "12"}
    answer = await sheet.send(client, wrong, {"letter": ("photo.jpg", b"\xff\xd8\xff\xe0 picture", "image/jpeg")})
    assert answer.status_code == 422
    assert errors(answer).keys() == {"name", "email", "telephone", "cv", "letter"}
    assert typed(answer) == {"name": "", "email": "noor@", "telephone": "12"}
    assert await counts(superuser, "application", "candidate", "upload", "consent_event") == (0, 0, 0, 0)


async def test_what_was_typed_and_ticked_stands_there_again(client: httpx.AsyncClient) -> None:
    sheet = await open_form(client)
    answer = await sheet.send(client, {**TYPED, **TICKS, "email": "<b>noor"}, {"cv": CV_FILE})
    assert typed(answer) == {**TYPED, **TICKS, "email": "<b>noor"}
    assert "<b>noor" not in answer.text


async def test_a_box_that_was_left_empty_is_still_empty(client: httpx.AsyncClient) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, {"cv": CV_FILE})
    assert answer.status_code == 422
    assert typed(answer).keys() == {"name", "email", "telephone"}


async def test_uploads_survive_any_number_of_error_rounds(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, BOTH)
    for wrong in ("noor", "noor@"):
        assert "cv.txt is kept" in answer.text and "letter.txt is kept" in answer.text
        answer = await shown_again(answer).send(client, {**TYPED, "email": wrong})
        assert errors(answer).keys() == {"email"}
    answer = await shown_again(answer).send(client, TYPED)
    assert answer.status_code == 303
    documents = await superuser.fetch("SELECT purpose, size FROM document ORDER BY purpose")
    assert [tuple(row) for row in documents] == [("cv", len(CV_FILE[1])), ("letter", len(LETTER_FILE[1]))]
    assert await counts(superuser, "upload") == (0,)


async def test_choosing_another_file_replaces_the_kept_one(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, BOTH)
    answer = await shown_again(answer).send(client, TYPED, {"cv": ("new.txt", b"Another CV", "text/plain")})
    assert answer.status_code == 303
    documents = await superuser.fetch("SELECT purpose, size FROM document ORDER BY purpose")
    assert [tuple(row) for row in documents] == [("cv", len(b"Another CV")), ("letter", len(LETTER_FILE[1]))]


async def test_a_refused_replacement_leaves_the_kept_file_in_place(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, {"cv": CV_FILE})
    answer = await shown_again(answer).send(client, TYPED, {"cv": ("cv.pdf", b"no PDF at all", "application/pdf")})
    assert errors(answer).keys() == {"cv"} and "cv.txt is kept" in answer.text
    assert (await shown_again(answer).send(client, TYPED)).status_code == 303
    assert await counts(superuser, "document") == (1,)


async def test_a_kept_letter_can_be_left_out_after_all(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, BOTH)
    answer = await shown_again(answer).send(client, {**TYPED, "drop_letter": "yes", "drop_cv": "yes"})
    assert answer.status_code == 303
    assert [row["purpose"] for row in await superuser.fetch("SELECT purpose FROM document")] == ["cv"]


async def test_what_the_page_carries_of_a_kept_file_says_nothing(client: httpx.AsyncClient) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, {"cv": CV_FILE})
    sealed = shown_again(answer).hidden["kept_cv"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{200,2000}", sealed)
    assert "cv" not in form_tokens._decode(sealed).decode("latin-1").lower()


@pytest.mark.parametrize("broken", ["", "AAAA", "x" * 5000, "é", "\ufffd"])
async def test_a_kept_file_that_we_did_not_seal_is_asked_for_again(client: httpx.AsyncClient, broken: str) -> None:
    sheet = await open_form(client)
    answer = await sheet.send(client, {**TYPED, "kept_cv": broken})
    assert answer.status_code == 422
    assert errors(answer).keys() == {"cv"}


async def test_a_kept_file_is_not_good_for_another_purpose(client: httpx.AsyncClient) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, BOTH)
    sheet = shown_again(answer)
    sheet.hidden["kept_cv"] = sheet.hidden.pop("kept_letter")
    assert errors(await sheet.send(client, TYPED)).keys() == {"cv"}


async def test_a_kept_file_that_was_cleaned_up_is_asked_for_again_and_the_rest_is_kept(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, {"cv": CV_FILE})
    assert await clean_up(services, now=read_clock() + UPLOAD_LIFE + timedelta(seconds=1)) == 1
    answer = await shown_again(answer).send(client, {**TYPED, **TICKS}, {"letter": LETTER_FILE})
    assert "no longer kept" in errors(answer)["cv"]
    assert typed(answer) == {**TYPED, **TICKS} and "letter.txt is kept" in answer.text
    assert (await shown_again(answer).send(client, TYPED, {"cv": CV_FILE})).status_code == 303
    assert await counts(superuser, "document") == (2,)


async def test_a_kept_file_makes_one_application_also_when_the_form_is_sent_twice(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, {"cv": CV_FILE})
    sheet = shown_again(answer)
    for _ in range(2):
        again = await sheet.send(client, TYPED)
        assert (again.status_code, again.headers["location"]) == (303, "/en/thanks")
    assert await counts(superuser, "application", "document") == (1, 1)


async def test_a_kept_file_goes_with_one_of_two_forms_that_are_sent_at_once(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "email": ""}, {"cv": CV_FILE})
    sheets = [shown_again(answer), await open_form(client)]
    sheets[1].hidden["kept_cv"] = sheets[0].hidden["kept_cv"]
    answers = await asyncio.gather(*(sheet.send(client, TYPED, {"letter": LETTER_FILE}) for sheet in sheets))
    assert sorted(each.status_code for each in answers) == [303, 422]
    refused = max(answers, key=lambda each: each.status_code)
    assert "no longer kept" in errors(refused)["cv"] and "letter.txt is kept" in refused.text
    assert await counts(superuser, "application", "document") == (1, 2)


@pytest.mark.parametrize("token", ["", "AAAA", "x" * 30_000, None])
async def test_a_forged_form_keeps_everything_and_can_be_sent_again(
    client: httpx.AsyncClient, superuser: asyncpg.Pool, token: str | None
) -> None:
    sheet = await open_form(client)
    if token is None:
        del sheet.hidden["form_token"]
    else:
        sheet.hidden["form_token"] = token
    answer = await sheet.send(client, {**TYPED, **TICKS}, {"cv": CV_FILE})
    assert answer.status_code == 422 and errors(answer).keys() == {""}
    assert typed(answer) == {**TYPED, **TICKS}
    assert await counts(superuser, "application") == (0,)
    assert (await shown_again(answer).send(client, TYPED)).status_code == 303


async def test_an_expired_form_says_so_keeps_everything_and_can_be_sent_again(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    sheet = await open_form(client)
    opened = read_clock() - form_tokens.MAX_AGE - timedelta(minutes=1)
    sheet.hidden["form_token"] = form_tokens.issue(services.keyring, "application ", now=opened)
    answer = await sheet.send(client, TYPED, {"cv": CV_FILE})
    assert answer.status_code == 422 and "open for too long" in errors(answer)[""]
    assert await counts(superuser, "application") == (0,)
    assert (await shown_again(answer).send(client, TYPED)).status_code == 303


@pytest.mark.parametrize("statement", ["", "0" * 64, None])
async def test_a_form_with_another_statement_must_be_read_again(
    client: httpx.AsyncClient, superuser: asyncpg.Pool, statement: str | None
) -> None:
    sheet = await open_form(client)
    sheet.hidden["statement"] = statement or ""
    if statement is None:
        del sheet.hidden["statement"]
    answer = await sheet.send(client, {**TYPED, **TICKS}, {"cv": CV_FILE})
    assert answer.status_code == 422 and errors(answer).keys() == {"statement"}
    assert typed(answer) == {**TYPED, **TICKS} and "cv.txt is kept" in answer.text
    assert await counts(superuser, "application", "consent_event") == (0, 0)
    assert (await shown_again(answer).send(client, {**TYPED, **TICKS})).status_code == 303


async def test_a_tick_beside_other_words_has_to_be_given_again(
    client: httpx.AsyncClient, superuser: asyncpg.Pool
) -> None:
    sheet = await open_form(client)
    sheet.hidden["wording"] = text_hash("other words")
    answer = await sheet.send(client, {**TYPED, **TICKS}, {"cv": CV_FILE})
    assert answer.status_code == 422 and errors(answer).keys() == {"pool"}
    assert "pool" not in typed(answer) and typed(answer)["object"] == "yes"
    assert await counts(superuser, "pool_membership") == (0,)


async def test_a_vacancy_that_closes_meanwhile_turns_the_form_into_a_spontaneous_one(
    client: httpx.AsyncClient, cast: Cast, services: Services, superuser: asyncpg.Pool
) -> None:
    sheet = await open_form(client, cast.vacancy_slug)
    await _close(cast, services.today(read_clock()))
    answer = await sheet.send(client, TYPED, {"cv": CV_FILE})
    assert answer.status_code == 422 and "closed" in errors(answer)[""]
    again = shown_again(answer)
    assert again.path == "/en/apply"
    assert (await again.send(client, TYPED)).status_code == 303
    row = await superuser.fetchrow(
        "SELECT email, vacancy_id FROM application JOIN candidate ON candidate.id = candidate_id"
    )
    assert tuple(row) == (NOOR.email, None)


async def test_a_vacancy_that_was_closed_all_along_is_not_found(
    client: httpx.AsyncClient, cast: Cast, services: Services
) -> None:
    await _close(cast, services.today(read_clock()))
    answer = await Sheet(f"/en/jobs/{cast.vacancy_slug}/apply").send(client, TYPED, {"cv": CV_FILE})
    assert answer.status_code == 404


async def _close(cast: Cast, day: date) -> None:
    await Vacancy.update({Vacancy.closed_on: day}).where(Vacancy.id == cast.vacancy)
