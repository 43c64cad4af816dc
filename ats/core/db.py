"""The database: a quiet engine, one pool, real transactions and savepoints.

Piccolo's own transaction leaks its connection when COMMIT fails and treats nesting as a no-op; its engine connects
at import and, without a pool, opens a connection per query. Those are replaced here, and only those.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine

MIN_SERVER_VERSION = 16
CONNECT_SECONDS = 10
COMMAND_SECONDS = 30
STATEMENT_TIMEOUT = "20s"
LOCK_TIMEOUT = "5s"
IDLE_IN_TRANSACTION_TIMEOUT = "60s"


class NotConnected(RuntimeError):
    """A query ran before `connect` or after `disconnect`."""


class NestedTransaction(RuntimeError):
    """`transaction()` inside a transaction; use `savepoint()`, or move the call out."""


class UnsafeRole(RuntimeError):
    """The database role could change what protects the data: it is superuser, owner, or bypasses row security."""


class Transaction:
    """The open transaction of this task: its connection, and what to do once it has committed."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._after_commit: list[Callable[[], Awaitable[None]]] = []

    def after_commit(self, call: Callable[[], Awaitable[None]]) -> None:
        """Run `call` once the transaction has committed; never when it rolled back."""
        self._after_commit.append(call)

    async def run_after_commit(self) -> None:
        """Run what was registered, in order."""
        for call in self._after_commit:
            await call()


class Engine(PostgresEngine):
    """Piccolo's engine without its surprises: silent at import, and every query through the pool or not at all."""

    def __init__(self) -> None:
        super().__init__(config={})
        # Piccolo only ever asks the open transaction for its connection.
        self.current_transaction: ContextVar[Any] = ContextVar("ats_transaction", default=None)

    async def check_version(self) -> None:
        """Checked by `connect` instead, and strictly."""

    async def prep_database(self) -> None:
        """No extension is needed."""

    async def get_new_connection(self) -> Any:
        """Refuse: a query without the pool would open a connection of its own each time."""
        raise NotConnected

    async def batch(self, *args: object, **kwargs: object) -> Any:
        """Refuse: Piccolo's batch swallows exceptions. Page by key instead."""
        raise NotImplementedError

    def transaction(self, allow_nested: bool = True) -> Any:  # noqa: ARG002 -- Piccolo's signature
        """Piccolo's migrations ask for a transaction; they get the one that is open."""
        return _joined()


engine = Engine()


class Bound:
    """Beside `Table` among the bases of every table: bound to our engine, whatever PICCOLO_CONF a host has.

    Not a table itself, since Piccolo would give it, and with it every table, an `id` column.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(db=engine, **options)  # type: ignore[call-arg]  # the next base is Table


_day: ContextVar[date | None] = ContextVar("ats_day", default=None)


async def connect(
    url: str, *, size: int = 10, timezone: str = "Europe/Brussels", allow_owner: bool = False, name: str = "ats"
) -> None:
    """Open the pool.

    url: PostgreSQL URL. size: most connections. timezone: of the organisation, for due dates inside the database.
    allow_owner: for migrations.
    Raises UnsafeRole, OSError or asyncpg.PostgresError when the server cannot be used.
    """
    settings = {
        "application_name": name,
        "statement_timeout": STATEMENT_TIMEOUT,
        "lock_timeout": LOCK_TIMEOUT,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT,
        "ats.timezone": timezone,
    }
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        server_settings=settings,
    )
    try:
        await _check_server(pool, allow_owner=allow_owner)
    except BaseException:
        await pool.close()
        raise
    engine.pool = pool


async def disconnect() -> None:
    """Close the pool; queries fail from here on."""
    pool, engine.pool = engine.pool, None
    if pool is not None:
        await pool.close()


async def _check_server(pool: Any, *, allow_owner: bool) -> None:
    row = await pool.fetchrow(
        "SELECT current_setting('server_version_num')::int / 10000 AS version, rolsuper OR rolbypassrls AS unsafe, "
        "EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relname = 'audit_event') "
        "OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = pg_roles.oid) AS owner "
        "FROM pg_roles WHERE rolname = current_user"
    )
    if row["version"] < MIN_SERVER_VERSION:
        raise UnsafeRole(f"PostgreSQL {row['version']} is too old; {MIN_SERVER_VERSION} or newer is needed")
    if not allow_owner and (row["unsafe"] or row["owner"]):
        raise UnsafeRole("the application's database role must be neither superuser nor owner, nor bypass row security")


@asynccontextmanager
async def transaction() -> AsyncIterator[Transaction]:
    """One database transaction for everything inside; commits at the end, rolls back on any exception.

    Raises NestedTransaction inside another one. Do not start tasks inside: they would share the connection.
    """
    if engine.pool is None:
        raise NotConnected
    if engine.current_transaction.get() is not None:
        raise NestedTransaction
    async with engine.pool.acquire() as connection:
        current = Transaction(connection)
        token = engine.current_transaction.set(current)
        try:
            async with connection.transaction():
                if (day := _day.get()) is not None:
                    await connection.execute("SELECT set_config('ats.today', $1, true)", day.isoformat())
                yield current
        finally:
            engine.current_transaction.reset(token)
    await current.run_after_commit()


@contextmanager
def as_of(day: date) -> Iterator[None]:
    """Transactions inside take `day` for today: what was visible then is visible. Makes the demonstration's past."""
    token = _day.set(day)
    try:
        yield
    finally:
        _day.reset(token)


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """Inside a transaction: undo only what is inside when it raises. Raises NotConnected outside a transaction."""
    async with open_transaction().connection.transaction():
        yield


@asynccontextmanager
async def past_due_visible() -> AsyncIterator[None]:
    """Inside a transaction: see and change rows that are past their due date. For the retention engine alone."""
    connection = open_transaction().connection
    await connection.execute("SELECT set_config('ats.erasing', 'on', true)")
    yield
    # After an exception the transaction or savepoint rolls back, and the setting with it.
    await connection.execute("SELECT set_config('ats.erasing', 'off', true)")


def open_transaction() -> Transaction:
    """The transaction that this task is in. Raises NotConnected when there is none."""
    current: Transaction | None = engine.current_transaction.get()
    if current is None:
        raise NotConnected
    return current


@asynccontextmanager
async def _joined() -> AsyncIterator[Transaction]:
    yield open_transaction()


async def fetch(sql: str, *values: object) -> Sequence[Any]:
    """Rows of one SQL statement with $1, $2 ... for values; in the open transaction, or on its own."""
    current = engine.current_transaction.get()
    if current is not None:
        return list(await current.connection.fetch(sql, *values))
    if engine.pool is None:
        raise NotConnected
    return list(await engine.pool.fetch(sql, *values))


async def fetch_row(sql: str, *values: object) -> Any | None:
    """The first row of one SQL statement, or None."""
    rows = await fetch(sql, *values)
    return rows[0] if rows else None
