"""Migrations: Piccolo's, run atomically under an advisory lock by the database's owner."""

import contextlib
import io
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.conf.apps import AppConfig

from ats.core import db

# Any number will do as long as it never changes: two `ats migrate` at once then wait for each other.
ADVISORY_LOCK = 4_271_955_083
FOLDER = Path(__file__).resolve().parents[1] / "piccolo_migrations"
APP_CONFIG = AppConfig(app_name="ats", migrations_folder_path=str(FOLDER))
_ROLE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_app_role = ""


class MigrationFailed(RuntimeError):
    """Piccolo reported a failure; nothing was changed."""


class _Forwards(ForwardsMigrationManager):
    def get_app_config(self, app_name: str) -> AppConfig:  # noqa: ARG002 -- there is one
        return APP_CONFIG


async def migrate(owner_url: str, app_url: str) -> None:
    """Bring the database up to date; grants go to the role named in `app_url`.

    Both are PostgreSQL URLs; the first signs in as owner. Raises ValueError when `app_url` names no plain role,
    MigrationFailed, OSError or asyncpg.PostgresError.
    """
    global _app_role  # noqa: PLW0603 -- Piccolo calls migrations without arguments
    role = unquote(urlsplit(app_url).username or "")
    if not _ROLE_NAME.fullmatch(role):
        raise ValueError("ATS_DATABASE_URL must name the application's role in lower-case letters, digits and _")
    _app_role = role
    # Piccolo's own bookkeeping table finds its engine through this variable.
    os.environ["PICCOLO_CONF"] = "ats.piccolo_conf"
    await db.connect(owner_url, size=2, allow_owner=True, name="ats migrate")
    try:
        async with db.transaction() as current:
            await current.connection.execute("SET LOCAL lock_timeout = '30s'; SET LOCAL statement_timeout = '10min'")
            await current.connection.execute("SELECT pg_advisory_xact_lock($1)", ADVISORY_LOCK)
            with contextlib.redirect_stdout(io.StringIO()):
                result = await _Forwards(app_name="ats").run()
            if not result.success:
                raise MigrationFailed
    finally:
        await db.disconnect()


async def pending() -> list[str]:
    """Ids of migrations that have not run yet (all of them on an empty database)."""
    known = {str(module.ID) for module in _Forwards(app_name="ats").get_migration_modules(str(FOLDER)).values()}
    if not (await db.fetch("SELECT FROM information_schema.tables WHERE table_name = 'migration'")):
        return sorted(known)
    ran = {row["name"] for row in await db.fetch("SELECT name FROM migration WHERE app_name = 'ats'")}
    return sorted(known - ran)


async def run_script(sql: str) -> None:
    """Run SQL statements inside a migration; `{app_role}` stands for the application's role."""
    await db.open_transaction().connection.execute(sql.replace("{app_role}", _app_role))
