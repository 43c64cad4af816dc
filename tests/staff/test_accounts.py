"""Accounts: adding them, their passwords, and the administrator's list."""

import pytest

from ats.core import db
from ats.core.access import Role
from ats.core.clock import read_clock
from ats.core.errors import Invalid
from ats.staff import actions, passwords
from ats.staff.rules import TOO_OBVIOUS, TOO_SHORT, password_problem
from tests.support.applying import NOOR, apply
from tests.support.cast import PASSWORD, sign_in

GOOD = "garden fence under seven stars"


async def add(services, email="new@desk.example", name="Kim Peeters", language="nl", password=GOOD):
    return await actions.add_account(services, email, name, Role.RECRUITER, language, password, now=read_clock())


async def test_an_account_that_was_added_can_sign_in(services, superuser):
    account_id = await add(services, " New@Desk.example ")
    signed_in = await actions.sign_in("new@desk.example", GOOD, now=read_clock())
    assert signed_in is not None and signed_in.actor.id == account_id
    event = await superuser.fetchrow("SELECT tag, object_id, detail FROM audit_event WHERE tag = 'system:account:add'")
    assert event["object_id"] == account_id and event["detail"] == '{"role": "recruiter"}'


async def test_the_password_is_stored_as_an_argon2id_hash_with_todays_parameters(services, superuser):
    await add(services)
    stored = await superuser.fetchval("SELECT password_hash FROM account")
    assert stored.startswith("$argon2id$") and GOOD not in stored
    assert not passwords.is_outdated(stored)


async def test_a_hash_with_old_parameters_is_renewed_at_sign_in(services, cast, superuser):
    query = "SELECT password_hash FROM account WHERE email = 'owner@desk.example'"
    assert passwords.is_outdated(await superuser.fetchval(query))
    assert await actions.sign_in("owner@desk.example", PASSWORD, now=read_clock())
    assert not passwords.is_outdated(await superuser.fetchval(query))
    assert await actions.sign_in("owner@desk.example", PASSWORD, now=read_clock())


async def test_the_same_address_twice_is_refused_naming_the_field(services):
    await add(services)
    with pytest.raises(Invalid) as caught:
        await add(services, "NEW@desk.example")
    assert list(caught.value.fields) == ["email"]
    assert "new@desk.example" not in f"{caught.value} {caught.value.fields} {caught.value.__cause__}"
    assert len(await db.fetch("SELECT FROM account")) == 1


async def test_everything_that_is_wrong_is_named_at_once(services):
    with pytest.raises(Invalid) as caught:
        await add(services, "not an address", " ", "xx", "short")
    assert set(caught.value.fields) == {"email", "name", "language", "password"}


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("elevenchars", TOO_SHORT),
        ("aaaaaaaaaaaaaaaa", TOO_OBVIOUS),
        ("Password1234!", TOO_OBVIOUS),
        ("Wachtwoord2026", TOO_OBVIOUS),
        ("azertyuiop123456", TOO_OBVIOUS),
        ("123456789012", TOO_OBVIOUS),
        ("KimPeeters1985", TOO_OBVIOUS),
        ("infosentry2026!", TOO_OBVIOUS),
        (GOOD, None),
        (PASSWORD, None),
    ],
)
def test_obvious_passwords_are_refused(password, problem):
    assert password_problem(password, about=("kim@desk.example", "Kim Peeters", "Infosentry NV")) == problem


async def test_a_password_typed_with_combining_characters_is_the_same_password(services):
    await add(services, password="sous-marin électrique bleu")
    assert await actions.sign_in("new@desk.example", "sous-marin électrique bleu", now=read_clock())


async def test_unknown_addresses_cost_as_much_as_known_ones(services, cast, monkeypatch):
    """Both verify exactly one Argon2 hash with today's parameters: timing tells nothing."""
    await add(services)
    verified = []
    original = passwords._HASHER.__class__.verify

    def counted(self, stored, password):
        verified.append(stored.split("$")[3])
        return original(self, stored, password)

    monkeypatch.setattr(passwords._HASHER.__class__, "verify", counted)
    assert await actions.sign_in("new@desk.example", "wrong password", now=read_clock()) is None
    assert await actions.sign_in("nobody@desk.example", "wrong password", now=read_clock()) is None
    assert len(verified) == 2 and verified[0] == verified[1]


async def test_a_visitor_is_sent_to_the_sign_in_page(client, cast):
    answer = await client.get("/desk/accounts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in?next=/desk/accounts")


async def test_only_the_administrator_reads_the_accounts(client, cast):
    for account in (cast.owner, cast.coordinator):
        await sign_in(client, account)
        assert (await client.get("/desk/accounts")).status_code == 403


async def test_the_list_shows_accounts_and_nothing_about_candidates(client, cast):
    await apply(client, vacancy=cast.vacancy_slug)
    await actions.sign_in("owner@desk.example", PASSWORD, now=read_clock())
    await sign_in(client, cast.administrator)
    page = await client.get("/desk/accounts")
    assert page.status_code == 200
    assert all(f"{name}@desk.example" in page.text for name in ("owner", "colleague", "coordinator", "administrator"))
    assert page.text.count("Never") == 3
    assert NOOR.name not in page.text and NOOR.email not in page.text


async def test_the_administrator_reads_nothing_of_candidates(client, cast):
    await sign_in(client, cast.administrator)
    for path in ("/desk", f"/desk/vacancies/{cast.vacancy}", "/desk/spontaneous", "/desk/pool", "/desk/audit"):
        assert (await client.get(path)).status_code == 403
