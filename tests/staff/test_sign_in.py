"""Signing in and out over HTTP: what a person sees, and what an attacker must not reach."""

from datetime import timedelta

import httpx
import pytest

from ats.core import db
from ats.core.clock import read_clock
from ats.core.crypto import hash_token, new_token
from ats.web.sessions import COOKIE
from tests.support.cast import PASSWORD, sign_in

HERE = {"sec-fetch-site": "same-origin"}
ELSEWHERE = {"sec-fetch-site": "cross-site"}


async def send(client, email, password=PASSWORD, onward="", headers=HERE) -> httpx.Response:
    fields = {"email": email, "password": password, **({"next": onward} if onward else {})}
    return await client.post("/desk/sign-in", data=fields, headers=headers)


async def test_a_recruiter_signs_in_and_begins_at_the_vacancies(client, cast):
    answer = await send(client, "owner@desk.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert (await client.get("/desk")).status_code == 200


async def test_the_administrator_begins_at_the_accounts(client, cast):
    answer = await send(client, "administrator@desk.example")
    assert answer.headers["location"] == "/desk/accounts"


async def test_the_address_may_be_typed_in_capitals(client, cast):
    assert (await send(client, " Owner@Desk.Example ")).status_code == 303


async def test_the_cookie_is_for_this_host_only_and_out_of_reach_of_scripts(client, cast):
    cookie = (await send(client, "owner@desk.example")).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= attributes
    assert not [each for each in attributes if each.startswith("domain")]


async def test_signing_in_leads_back_to_where_the_visitor_was_going(client, cast):
    refused = await client.get("/desk/spontaneous?q=a%20b")
    assert refused.status_code == 303
    page = await client.get(refused.headers["location"])
    assert 'name="next" value="/desk/spontaneous?q=a%20b"' in page.text
    answer = await send(client, "owner@desk.example", onward="/desk/spontaneous?q=a%20b")
    assert answer.headers["location"] == "/desk/spontaneous?q=a%20b"


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_signing_in_never_leads_to_another_site(client, cast, onward):
    page = await client.get("/desk/sign-in", params={"next": onward})
    assert page.status_code == 200 and "evil" not in page.text
    answer = await send(client, "owner@desk.example", onward=onward)
    assert answer.headers["location"] == "/desk"


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, cast):
    wrong = await send(client, "owner@desk.example", "not-the-password-1")
    unknown = await send(client, "nobody@desk.example", "not-the-password-1")
    assert wrong.status_code == unknown.status_code == 422
    assert "set-cookie" not in wrong.headers and "set-cookie" not in unknown.headers
    assert wrong.text.replace("owner@", "nobody@") == unknown.text
    assert "not-the-password-1" not in wrong.text


async def test_an_empty_form_names_both_fields(client, cast):
    answer = await send(client, "", "")
    assert answer.status_code == 422
    assert "field-email-error" in answer.text and "field-password-error" in answer.text


async def test_a_form_of_another_site_signs_nobody_in(client, cast):
    answer = await send(client, "owner@desk.example", headers=ELSEWHERE)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


async def test_a_disabled_account_cannot_sign_in(client, cast):
    await db.fetch("UPDATE account SET disabled_at = now() WHERE id = $1", cast.owner.id)
    assert (await send(client, "owner@desk.example")).status_code == 422


async def test_a_session_that_was_planted_is_not_the_one_that_signs_in(client, cast):
    """Session fixation: neither a made-up token nor somebody else's becomes the session of who signs in."""
    planted = new_token()
    client.cookies.set(COOKIE, planted)
    assert (await send(client, "owner@desk.example")).status_code == 303
    given = client.cookies.get(COOKIE, domain="ats.test")
    assert given != planted
    client.cookies.clear()
    client.cookies.set(COOKIE, planted)
    assert (await client.get("/desk")).status_code == 303


async def test_signing_in_ends_the_session_that_the_browser_had(client, cast):
    await sign_in(client, cast.colleague)
    before = client.cookies[COOKIE]
    assert (await send(client, "owner@desk.example")).status_code == 303
    client.cookies.clear()
    client.cookies.set(COOKIE, before)
    assert (await client.get("/desk")).status_code == 303


async def test_a_token_is_worthless_after_signing_out(client, cast):
    await sign_in(client, cast.owner)
    token = client.cookies[COOKIE]
    answer = await client.post("/desk/sign-out", headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    client.cookies.clear()
    client.cookies.set(COOKIE, token)
    assert (await client.get("/desk")).status_code == 303


async def test_signing_out_ends_only_the_own_session(client, cast):
    await sign_in(client, cast.owner)
    elsewhere = client.cookies[COOKIE]
    await sign_in(client, cast.owner)
    await client.post("/desk/sign-out", headers=HERE)
    client.cookies.clear()
    client.cookies.set(COOKIE, elsewhere)
    assert (await client.get("/desk")).status_code == 200


async def test_signing_out_without_a_session_is_harmless(client, cast):
    assert (await client.post("/desk/sign-out", headers=HERE)).status_code == 303


@pytest.mark.parametrize(("column", "age"), [("expires_at", timedelta(seconds=1)), ("seen_at", timedelta(minutes=31))])
async def test_an_ended_session_opens_nothing(client, cast, column, age):
    await sign_in(client, cast.owner)
    assert (await client.get("/desk")).status_code == 200
    await db.fetch(f"UPDATE session SET {column} = $1", read_clock() - age)
    assert (await client.get("/desk")).status_code == 303


async def test_a_disabled_account_loses_access_at_once(client, cast):
    await sign_in(client, cast.owner)
    await db.fetch("UPDATE account SET disabled_at = now() WHERE id = $1", cast.owner.id)
    assert (await client.get("/desk")).status_code == 303


async def test_the_database_holds_no_token(client, cast, superuser):
    await send(client, "owner@desk.example")
    token = client.cookies[COOKIE]
    rows = await superuser.fetch("SELECT token_hash, session::text AS all FROM session")
    assert [row["token_hash"] for row in rows] == [hash_token(token)]
    assert token not in rows[0]["all"]


async def test_signing_in_and_failing_are_audited_without_the_address(client, cast, superuser):
    await send(client, "owner@desk.example", "not-the-password-1")
    await send(client, "nobody@desk.example", "not-the-password-1")
    await send(client, "owner@desk.example")
    await client.post("/desk/sign-out", headers=HERE)
    rows = await superuser.fetch("SELECT tag, object_id, audit_event::text AS all FROM audit_event ORDER BY id")
    assert [(row["tag"], row["object_id"]) for row in rows] == [
        ("staff:session:sign-in-fail", cast.owner.id),
        ("staff:session:sign-in-fail", None),
        ("staff:session:sign-in", cast.owner.id),
        ("staff:session:sign-out", cast.owner.id),
    ]
    assert not [row for row in rows if "desk.example" in row["all"]]


async def test_guessing_at_one_address_is_stopped(client, cast):
    answers = [await send(client, "owner@desk.example", "not-the-password-1") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await send(client, "owner@desk.example")).status_code == 429
    assert (await send(client, "colleague@desk.example")).status_code == 303


async def test_who_is_signed_in_is_led_on_from_the_sign_in_page(client, cast):
    await sign_in(client, cast.coordinator)
    answer = await client.get("/desk/sign-in?next=/desk/audit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/audit")


async def test_the_use_of_a_session_is_noted_once_a_minute_at_most(client, cast):
    async def seen():
        return (await db.fetch("SELECT seen_at FROM session"))[0]["seen_at"]

    await sign_in(client, cast.owner)
    before = await seen()
    await client.get("/desk")
    assert await seen() == before
    await db.fetch("UPDATE session SET seen_at = seen_at - interval '2 minutes'")
    await client.get("/desk")
    assert await seen() > before


async def test_using_a_session_never_makes_it_last_longer_than_twelve_hours(client, cast):
    await sign_in(client, cast.owner)
    ends = (await db.fetch("SELECT expires_at FROM session"))[0]["expires_at"]
    await db.fetch("UPDATE session SET seen_at = seen_at - interval '2 minutes'")
    await client.get("/desk")
    assert (await db.fetch("SELECT expires_at FROM session"))[0]["expires_at"] == ends
    assert ends - read_clock() <= timedelta(hours=12)


async def test_sessions_that_have_ended_are_deleted_at_the_next_sign_in(client, cast, superuser):
    await sign_in(client, cast.owner)
    await db.fetch("UPDATE session SET expires_at = $1", read_clock())
    client.cookies.clear()
    await send(client, "owner@desk.example")
    assert await superuser.fetchval("SELECT count(*) FROM session") == 1
