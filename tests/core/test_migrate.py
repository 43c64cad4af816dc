"""`ats migrate` on databases of its own: at once, again, failing halfway; and what the result looks like."""

import asyncio
import importlib
import os
import pkgutil
import sys
from pathlib import Path

import asyncpg
import pytest_asyncio
from piccolo.table import Table

import ats
from ats.core.db import Bound
from tests.support.environment import environment

ROOT = Path(__file__).resolve().parents[2]
# Columns that the product only writes and searches in SQL, so no table names them.
SQL_ONLY = {("document", "search")}
# How a column of Piccolo is called in PostgreSQL.
TYPES = {
    "UUID": "uuid", "TEXT": "text", "TIMESTAMPTZ": "timestamp with time zone", "BYTEA": "bytea", "INTEGER": "integer",
    "DATE": "date", "JSONB": "jsonb", "REAL": "real", "BIGSERIAL": "bigint",
}  # fmt: skip
CHANGES = {"SELECT", "INSERT", "UPDATE", "DELETE"}
APPENDS = {"SELECT", "INSERT"}
GRANTS = {
    **dict.fromkeys(("audit_event", "consent_event", "statement_version", "consent_wording"), APPENDS),
    **dict.fromkeys(
        ("outbox", "rate_limit", "account", "session", "vacancy", "vacancy_text", "vacancy_recruiter", "candidate",
         "candidate_key", "private_link", "message", "pool_membership", "application", "upload", "document", "finding",
         "reveal", "sharing_objection", "erasure", "retention_run"),
        CHANGES,
    ),
    "migration": {"SELECT"},
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def empty(servers, superuser):
    """An empty database beside the product's, of the same owner: its name."""
    name = "ats_empty"
    await superuser.execute(f"CREATE DATABASE {name} OWNER ats_owner")
    yield name
    await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


def at(url, name):
    assert "/ats?" in url
    return url.replace("/ats?", f"/{name}?")


async def migrate(servers, folder, name):
    """`ats migrate` as it is called; gives its status and what it said."""
    environ = {
        **os.environ,
        **environment(servers.urls, folder),
        "ATS_DATABASE_URL": at(servers.urls.database_url, name),
        "ATS_OWNER_DATABASE_URL": at(servers.urls.owner_database_url, name),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ats", "migrate", cwd=ROOT, env=environ,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, complained = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, (said + complained).decode()


async def look(servers, name, query, *values):
    connection = await asyncpg.connect(servers.superuser_url.replace("/postgres?", f"/{name}?"))
    try:
        return [tuple(row) for row in await connection.fetch(query, *values)]
    finally:
        await connection.close()


async def objects(servers, name):
    """Everything in the public schema with the transaction that made or changed it."""
    return await look(
        servers, name,
        "SELECT relname, relkind::text, xmin::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "UNION ALL SELECT proname, 'function', xmin::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "UNION ALL SELECT polname, 'policy', xmin::text FROM pg_policy "
        "UNION ALL SELECT tgname, 'trigger', xmin::text FROM pg_trigger ORDER BY 1, 2, 3",
    )  # fmt: skip


async def test_two_at_once_migrate_once_and_a_third_changes_nothing(servers, empty, tmp_path):
    results = await asyncio.gather(*(migrate(servers, tmp_path, empty) for _ in range(2)))
    assert [status for status, _ in results] == [0, 0], results
    before = await objects(servers, empty)
    ran = await look(servers, empty, "SELECT name, xmin::text FROM migration ORDER BY name")
    assert len(ran) == len(list((ROOT / "ats/piccolo_migrations").glob("ats_*.py")))
    status, said = await migrate(servers, tmp_path, empty)
    assert status == 0, said
    assert await objects(servers, empty) == before
    assert await look(servers, empty, "SELECT name, xmin::text FROM migration ORDER BY name") == ran


async def test_one_that_fails_halfway_leaves_nothing_and_can_be_run_again(servers, empty, tmp_path):
    # The last table of the first file is there already, so most of the work is done when it fails.
    owner = await asyncpg.connect(at(servers.urls.owner_database_url, empty))
    await owner.execute("CREATE TABLE retention_run (id integer)")
    before = await objects(servers, empty)
    status, said = await migrate(servers, tmp_path, empty)
    assert status != 0
    assert "Traceback" not in said
    assert await objects(servers, empty) == before
    await owner.execute("DROP TABLE retention_run")
    await owner.close()
    status, said = await migrate(servers, tmp_path, empty)
    assert status == 0, said


def tables():
    for module in pkgutil.walk_packages(ats.__path__, "ats."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)
    return [each for each in Bound.__subclasses__() if issubclass(each, Table)]


async def test_the_live_schema_and_the_tables_of_the_code_are_the_same(servers):
    live = await look(
        servers, "ats",
        "SELECT table_name, column_name, data_type, is_nullable = 'YES' FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name <> 'migration'",
    )  # fmt: skip
    declared = {
        (table._meta.tablename, column._meta.db_column_name, TYPES[column.column_type], column._meta.null)
        for table in tables()
        for column in table._meta.columns
    }
    assert len(tables()) >= 20
    in_database = {each for each in map(tuple, live) if each[:2] not in SQL_ONLY}
    # Tables without a single key are written in SQL; what they have is looked at as well.
    only_sql = {each[0] for each in in_database} - {each[0] for each in declared}
    assert only_sql <= {"vacancy_text", "vacancy_recruiter"}
    assert {each for each in in_database if each[0] not in only_sql} == declared
    assert {each[:2] for each in map(tuple, live)} >= SQL_ONLY


async def test_the_application_has_exactly_the_rights_that_it_needs(servers):
    granted = {}
    for table, right in await look(
        servers, "ats",
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee IN ('ats_app', 'PUBLIC') AND table_schema = 'public'",
    ):  # fmt: skip
        granted.setdefault(table, set()).add(right)
    assert granted == GRANTS
    for query in (
        (
            "SELECT FROM information_schema.column_privileges AS c WHERE grantee IN ('ats_app', 'PUBLIC') "
            "AND table_schema = 'public' AND NOT EXISTS (SELECT FROM information_schema.role_table_grants AS t "
            "WHERE t.grantee = c.grantee AND t.table_name = c.table_name AND t.privilege_type = c.privilege_type)"
        ),
        "SELECT FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = member WHERE rolname = 'ats_app'",
        "SELECT FROM pg_roles WHERE rolname = 'ats_app' AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole)",
        "SELECT FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE rolname = 'ats_app'",
        "SELECT WHERE has_schema_privilege('ats_app', 'public', 'CREATE')",
        "SELECT WHERE has_database_privilege('ats_app', 'ats', 'CREATE')",
    ):
        assert await look(servers, "ats", query) == [], query
    # Of what runs with more rights than its caller there is one thing, and it looks at nothing else's names.
    assert await look(
        servers, "ats",
        "SELECT proname, proconfig::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace",
    ) == [("erase_consent_events", '{"search_path=public, pg_temp"}')]  # fmt: skip
