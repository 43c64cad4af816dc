"""The command `ats`: everything that an operator does."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from ats import __version__
from ats.core.clock import read_clock
from ats.core.embedded import default_data_dir, running
from ats.core.errors import AtsError, Invalid
from ats.core.logs import configure_logs
from ats.core.supervisor import HOPELESS_STATUS
from ats.local import DEFAULT_PORT, LocalData, new_master_key, with_environment
from ats.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from ats.core.outbox import Dead

T = TypeVar("T")
ROLES = ("recruiter", "privacy_coordinator", "administrator")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ats")
def main() -> None:
    """Recruitment system and talent-pool manager that keeps the promises of a privacy statement."""


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True)
@click.option("--data", "folder", type=click.Path(path_type=Path), help="Data directory; ./var by default.")
@click.option("--demo/--no-demo", default=True, show_default=True, help="Fill an empty database with a demonstration.")
def run(port: int, folder: Path | None, demo: bool) -> None:
    """Run everything on this machine: private PostgreSQL and Redis, web and worker."""
    from ats.running import run_locally

    configure_logs("warning")
    _asyncio(run_locally(_local(folder), port=port, demo=demo))


@main.command()
def web() -> None:
    """Serve the pages (production: behind a proxy that speaks TLS)."""
    from ats.app import create_app
    from ats.core.memory import give_back_large_blocks
    from ats.web.server import serve

    give_back_large_blocks()
    settings = _settings()
    configure_logs(settings.log_level)
    _asyncio(serve(create_app(settings), settings))


@main.command()
def worker() -> None:
    """Run jobs: reading documents, sending mail, the daily sweep."""
    from worker.main import run_worker

    settings = _settings()
    configure_logs(settings.log_level)
    _asyncio(run_worker(settings))


@main.command()
def migrate() -> None:
    """Bring the database up to date, signed in as its owner (ATS_OWNER_DATABASE_URL)."""
    from ats.core.migrate import migrate as bring_up_to_date

    settings = _settings()
    if not settings.owner_database_url:
        _give_up("ATS_OWNER_DATABASE_URL is missing: migrations need the role that owns the database.", HOPELESS_STATUS)
    _asyncio(bring_up_to_date(settings.owner_database_url, settings.database_url))
    click.echo("The database is up to date.")


@main.command()
def doctor() -> None:
    """Check everything that the product needs, and say what is wrong."""
    from ats.doctor import examine

    configure_logs("error")
    settings = _settings()
    findings = asyncio.run(examine(settings))
    for finding in findings:
        click.echo(f"{'ok   ' if finding.good else 'wrong'}  {finding.name}: {finding.text}")
    if not all(finding.good for finding in findings):
        sys.exit(1)


@main.group()
def user() -> None:
    """Accounts of staff."""


@user.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--language", default="nl", show_default=True)
@click.option(
    "--password-file", type=click.File("r"), help="A file with the password (- reads it from the input); else asked."
)
def add_user(email: str, name: str, role: str, language: str, password_file: Any) -> None:
    """Add an account. The password is asked for, never given as an argument that others can see."""
    settings = _settings()
    if password_file is not None:
        password = password_file.read().strip()
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def add() -> None:
        from ats.core.access import Role
        from ats.process import open_services
        from ats.staff.actions import add_account

        async with open_services(settings, name="ats user") as services:
            await add_account(services, email, name, Role(role), language, password, now=read_clock())

    _asyncio(add())
    click.echo("The account was added.")


@main.group()
def retention() -> None:
    """Due dates and erasure."""


@retention.command("run")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="The date to take for today (YYYY-MM-DD).")
@click.option("--dry-run", is_flag=True, help="Only count what would be erased.")
def run_retention(on: datetime | None, dry_run: bool) -> None:
    """Erase everything that is due on a date. The worker does this every day by itself."""
    settings = _settings()
    configure_logs(settings.log_level)
    text = _asyncio(_retention(settings, on.date() if on else None, dry_run=dry_run))
    click.echo(text)


async def _retention(settings: Settings, on: date | None, *, dry_run: bool) -> str:
    from ats.process import open_services
    from ats.retention import actions, queries
    from ats.rooms import HOLDING_PEOPLE

    async with open_services(settings, name="ats retention") as services:
        now = read_clock()
        day = on or services.today(now)
        if dry_run:
            moment = max(now, datetime.combine(day, time.min, services.organisation.zone).astimezone(UTC))
            due = await queries.count_due(on=day, moment=moment)
            return f"Due on {day}: {due.applications} applications, with them {due.candidates} people. Nothing erased."
        report = await actions.sweep(services, HOLDING_PEOPLE, on=day, now=now)
    if report.failed:
        _give_up(f"{report.failed} erasures failed and will be tried again; the log says why.")
    return f"Erased what was due on {day}: {report.applications} single applications, {report.candidates} people."


@main.group()
def jobs() -> None:
    """Jobs that failed for good."""


@jobs.command("dead")
def dead_jobs() -> None:
    """List them by kind and error."""
    for each in _asyncio(_dead_jobs(_settings())):
        click.echo(f"{each.count:>6}  {each.kind}  {each.error}")


@jobs.command("revive")
def revive_jobs() -> None:
    """Have all of them tried anew, once what was wrong is mended."""
    click.echo(f"{_asyncio(_revive_jobs(_settings()))} jobs will be tried again.")


async def _dead_jobs(settings: Settings) -> "list[Dead]":
    from ats.core import outbox
    from ats.process import open_services

    async with open_services(settings, name="ats jobs"):
        return await outbox.dead()


async def _revive_jobs(settings: Settings) -> int:
    from ats.core import outbox
    from ats.process import open_services

    async with open_services(settings, name="ats jobs"):
        return await outbox.revive(now=read_clock())


@main.group()
def key() -> None:
    """Master keys."""


@key.command("new")
@click.option("--id", "key_id", required=True, help="A short name in letters and digits, such as 2026a.")
def new_key(key_id: str) -> None:
    """Print a fresh master key for ATS_MASTER_KEY. To rotate, put it before the old one, with a comma between."""
    if not key_id.isalnum():
        _give_up("The id must consist of letters and digits.", HOPELESS_STATUS)
    click.echo(new_master_key(key_id))


def _local(folder: Path | None) -> LocalData:
    return LocalData((folder or default_data_dir(Path.cwd())).absolute())


def _settings() -> Settings:
    """Settings from the environment; without any, those of the product that runs on this machine."""
    environ: dict[str, str] = dict(os.environ)
    if not any(name.startswith("ATS_") for name in environ):
        local = _local(None)
        urls = running(local.servers)
        if urls is None:
            _give_up(
                "No ATS_ settings are in the environment, and no `ats run` is running in this directory.\n"
                "Start `ats run` first, or set the variables that the README lists under production.",
                HOPELESS_STATUS,
            )
        environ = with_environment(environ, local.environment(urls, port=DEFAULT_PORT, demo=True))
    try:
        return read_settings(environ)
    except SettingsError as error:
        _refuse(error)


def _refuse(error: SettingsError) -> NoReturn:
    _give_up("These settings need attention:\n" + "\n".join(f"  {each}" for each in error.problems), HOPELESS_STATUS)


def _asyncio(work: Coroutine[Any, Any, T]) -> T:
    """Run `work`; what is known to go wrong ends in a sentence, never in a traceback."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        sys.exit(130)
    except SettingsError as error:
        _refuse(error)
    except Exception as error:
        if (explained := _explained(error)) is None:
            raise
        _give_up(*explained)


def _explained(error: Exception) -> tuple[str, int] | None:
    """What to tell the operator, and the exit status: HOPELESS_STATUS where starting again cannot help."""
    import asyncpg

    from ats.core.db import UnsafeRole
    from ats.core.migrate import MigrationFailed
    from ats.process import NotMigrated, WrongMasterKey
    from ats.web.server import AddressUnusable

    if isinstance(error, Invalid):
        return "\n".join(f"{name}: {text}" for name, text in error.fields.items()), 1
    kind = type(error).__name__
    known: list[tuple[type[Exception] | tuple[type[Exception], ...], str, int]] = [
        (asyncpg.InterfaceError, "ATS_DATABASE_URL has a part that the driver does not understand.", HOPELESS_STATUS),
        ((NotMigrated, WrongMasterKey, UnsafeRole, ValueError), str(error), HOPELESS_STATUS),
        (MigrationFailed, "A migration failed, and nothing was changed.", 1),
        (asyncpg.DiskFullError, "The disk of the database is full; make room there.", 1),
        (asyncpg.PostgresError, f"PostgreSQL refused: {kind}. Check ATS_DATABASE_URL; `ats doctor` says more.", 1),
        ((AddressUnusable, AtsError), str(error), 1),
        (OSError, f"{getattr(error, 'strerror', None) or 'A connection failed'}. `ats doctor` says more.", 1),
    ]
    return next(((text, status) for types, text, status in known if isinstance(error, types)), None)


def _give_up(message: str, status: int = 1) -> NoReturn:
    click.echo(f"ats: {message}", err=True)
    sys.exit(status)
