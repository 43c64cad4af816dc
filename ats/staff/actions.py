"""Adding accounts, signing in and signing out."""

from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import msgspec
from email_validator import EmailNotValidError, validate_email

from ats.core import audit, db
from ats.core.access import Role, Staff, System, Visitor
from ats.core.crypto import hash_token, new_token
from ats.core.errors import Invalid
from ats.core.services import Services
from ats.core.text import N_
from ats.staff.passwords import hash_password, is_outdated, is_password
from ats.staff.rules import ABSOLUTE_LIFE, normalised_email, password_problem
from ats.staff.tables import Account, Session

COMMAND = System("command")
NAME_LENGTH = 120
_NOT_EMAIL = N_("This is not a complete e-mail address, such as name@example.be.")
_TAKEN = N_("There is already an account with this e-mail address.")
_NAME_NEEDED = N_("Give the name of the person, of at most 120 characters.")
_UNKNOWN_LANGUAGE = N_("Choose one of the languages of the organisation.")


async def add_account(
    services: Services, email: str, name: str, role: Role, language: str, password: str, *, now: datetime
) -> UUID:
    """Add an account; gives its id. For `ats user add` and the demonstration: no page does this.

    Raises Invalid, naming every field that is wrong: the password's rule is in `rules.password_problem`.
    """
    email, name = normalised_email(email), " ".join(name.split())
    _check(services, email, name, language, password)
    account_id = uuid4()
    hashed = await hash_password(password)
    try:
        async with db.transaction():
            await Account.insert(
                Account(
                    id=account_id,
                    email=email,
                    name=name,
                    role=role.value,
                    language=language,
                    password_hash=hashed,
                    created_at=now,
                ),
            )
            await audit.record(
                audit.Tag.ACCOUNT_ADD, COMMAND, now=now, object_id=account_id, detail={"role": role.value}
            )
    except asyncpg.UniqueViolationError:
        # The database's own text names the address.
        raise Invalid({"email": _TAKEN}) from None
    return account_id


def _check(services: Services, email: str, name: str, language: str, password: str) -> None:
    problems = {}
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        problems["email"] = _NOT_EMAIL
    if not 0 < len(name) <= NAME_LENGTH:
        problems["name"] = _NAME_NEEDED
    if language not in services.organisation.languages:
        problems["language"] = _UNKNOWN_LANGUAGE
    if problem := password_problem(password, about=(email, name, services.organisation.name)):
        problems["password"] = problem
    if problems:
        raise Invalid(problems)


class SignedIn(msgspec.Struct, frozen=True):
    """A new session: whose it is, and the token that the browser keeps."""

    actor: Staff
    token: str


async def sign_in(email: str, password: str, *, now: datetime, replaces: str | None = None) -> SignedIn | None:
    """Begin a session; None when address and password do not belong together, or the account is disabled.

    The answer and its time are the same whether the account exists. replaces: the session token that the browser had,
    which ends here, so that nobody goes on with an identity that another person planted (session fixation).
    """
    account = await (
        Account.select(Account.id, Account.name, Account.role, Account.language, Account.password_hash)
        .where(Account.email == normalised_email(email), Account.disabled_at.is_null())
        .first()
    )
    stored = account["password_hash"] if account else None
    if not await is_password(password, stored) or account is None:
        async with db.transaction():
            await audit.record(
                audit.Tag.STAFF_SIGN_IN_FAIL, Visitor(), now=now, object_id=account["id"] if account else None
            )
        return None
    actor = Staff(account["id"], account["name"], Role(account["role"]), account["language"])
    rehashed = await hash_password(password) if is_outdated(account["password_hash"]) else None
    return SignedIn(actor, await _begin_session(actor, replaces, rehashed, now))


async def _begin_session(actor: Staff, replaces: str | None, rehashed: str | None, now: datetime) -> str:
    token = new_token()
    async with db.transaction():
        await prune_sessions(now=now)
        if replaces is not None:
            await Session.delete().where(Session.token_hash == hash_token(replaces))
        if rehashed is not None:
            await Account.update({Account.password_hash: rehashed}).where(Account.id == actor.id)
        await Session.insert(
            Session(
                token_hash=hash_token(token),
                account_id=actor.id,
                created_at=now,
                seen_at=now,
                expires_at=now + ABSOLUTE_LIFE,
            ),
        )
        await audit.record(audit.Tag.STAFF_SIGN_IN, actor, now=now, object_id=actor.id)
    return token


async def sign_out(actor: Staff, token: str, *, now: datetime) -> None:
    """End the session of this token, for good: the token never works again. Harmless when it has ended already."""
    async with db.transaction():
        gone = await (
            Session.delete()
            .where(Session.token_hash == hash_token(token), Session.account_id == actor.id)
            .returning(Session.token_hash)
        )
        if gone:
            await audit.record(audit.Tag.STAFF_SIGN_OUT, actor, now=now, object_id=actor.id)


async def prune_sessions(*, now: datetime) -> None:
    """Delete sessions past their absolute end. Part of every sign-in; ended ones are refused anyway."""
    await Session.delete().where(Session.expires_at <= now)
