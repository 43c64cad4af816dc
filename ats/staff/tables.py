"""Accounts and sessions."""

from piccolo.columns import UUID, Bytea, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class Account(Bound, Table, tablename="account"):
    """Somebody of the organisation who signs in."""

    id = UUID(primary_key=True, default=None)
    email = Text()
    name = Text()
    role = Text()
    language = Text()
    password_hash = Text(secret=True)
    created_at = Timestamptz(default=None)
    disabled_at = Timestamptz(null=True, default=None)


class Session(Bound, Table, tablename="session"):
    """One sign-in; the cookie holds the token, this row only its hash."""

    token_hash = Bytea(primary_key=True, default=b"")
    account_id = UUID(default=None)
    created_at = Timestamptz(default=None)
    seen_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
