"""The fixed cast of the tests. All of them are invented."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID, uuid4

import httpx
from argon2 import PasswordHasher

from ats.core.access import Role, Staff
from ats.core.clock import read_clock
from ats.core.crypto import hash_token, new_token
from ats.staff.rules import ABSOLUTE_LIFE
from ats.staff.tables import Account, Session
from ats.vacancies.actions import NewVacancy, Words, add_vacancy
from ats.vacancies.rules import Contract
from ats.web.sessions import COOKIE

PASSWORD = "velvet-harbour-lantern-41"


@dataclass(frozen=True)
class Cast:
    """owner: recruiter of the vacancy. colleague: recruiter of no vacancy. outsider: not signed in at all (None).

    vacancy: the one that the owner recruits for. other_vacancy: nobody's.
    """

    owner: Staff
    colleague: Staff
    coordinator: Staff
    administrator: Staff
    vacancy: UUID
    vacancy_slug: str
    other_vacancy: UUID
    other_slug: str


@cache
def _hash() -> str:
    # Once for all tests: hashing is slow on purpose. Signing in verifies it for real.
    return PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)


async def add_account(name: str, role: Role, *, language: str = "en") -> Staff:
    """An account NAME@desk.example with PASSWORD."""
    account = Staff(uuid4(), name.capitalize(), role, language)
    await Account.insert(
        Account(
            id=account.id,
            email=f"{name}@desk.example",
            name=account.name,
            role=role.value,
            language=language,
            password_hash=_hash(),
            created_at=read_clock(),
        )
    )
    return account


async def make_vacancy(slug: str, *recruiters: UUID) -> UUID:
    """An open vacancy with texts in every language."""
    words = {
        "nl": Words(
            "Privacyconsultant", "Help klanten met hun privacy.", "Je adviseert klanten.\n\nJe werkt in Kontich."
        ),
        "fr": Words("Consultant en vie privée", "Aidez nos clients.", "Vous conseillez nos clients."),
        "en": Words("Privacy consultant", "Help clients with their privacy.", "You advise clients."),
        "de": Words("Datenschutzberater", "Helfen Sie unseren Kunden.", "Sie beraten unsere Kunden."),
    }
    return await add_vacancy(
        NewVacancy(
            slug=slug,
            place="Kontich",
            contract=next(iter(Contract)),
            pay_from=3200,
            pay_to=4600,
            published_on=date(2026, 1, 5),
            texts=words,
            recruiters=recruiters,
        )
    )


async def make_cast() -> Cast:
    """Store the cast and its two vacancies."""
    owner = await add_account("owner", Role.RECRUITER)
    return Cast(
        owner=owner,
        colleague=await add_account("colleague", Role.RECRUITER),
        coordinator=await add_account("coordinator", Role.PRIVACY_COORDINATOR),
        administrator=await add_account("administrator", Role.ADMINISTRATOR),
        vacancy=await make_vacancy("privacy-consultant", owner.id),
        vacancy_slug="privacy-consultant",
        other_vacancy=await make_vacancy("nobodys-job"),
        other_slug="nobodys-job",
    )


async def sign_in(client: httpx.AsyncClient, account: Staff | None) -> None:
    """Give the client a real session of `account` (the sign-in page has its own tests), or none."""
    client.cookies.clear()
    if account is None:
        return
    token, now = new_token(), read_clock()
    await Session.insert(
        Session(
            token_hash=hash_token(token),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE_LIFE,
        )
    )
    client.cookies.set(COOKIE, token)
