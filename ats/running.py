"""`ats run`: everything on one machine, from an empty directory to a page in the browser."""

import asyncio
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import click

from ats.core import embedded
from ats.core.clock import read_clock
from ats.core.embedded.errors import EmbeddedError, no_room
from ats.core.errors import AtsError
from ats.core.migrate import migrate
from ats.core.supervisor import Child, Supervisor
from ats.demo.fill import SIGN_INS, fill
from ats.local import LocalData, check_port, command, with_environment
from ats.process import open_services
from ats.settings import read_settings

READY_SECONDS = 2
# PostgreSQL's log grows in steps of 16 MB, and gives back what it could not use.
FULL_BYTES = 16 * 1024 * 1024


async def run_locally(local: LocalData, *, port: int, demo: bool) -> None:
    """Start the servers, migrate, fill in the demonstration once, and keep web and worker running until told to stop.

    Raises EmbeddedError (with a remedy), SettingsError, SupervisorError.
    """
    check_port(port)
    local.prepare()
    async with _disk_explained(local), embedded.servers(local.servers) as servers:
        environ = with_environment(os.environ, local.environment(servers.urls, port=port, demo=demo))
        settings = read_settings(environ)
        await migrate(settings.owner_database_url, settings.database_url)
        async with open_services(settings, name="ats run") as services:
            if demo:
                await fill(services, now=read_clock())
        await Supervisor().run(
            [Child(name, command(name), environ) for name in ("web", "worker")],
            ready=lambda: asyncio.to_thread(_answers, settings.base_url),
            on_ready=lambda: _announce(local, settings.base_url, demo=demo),
            failed=servers.failed,
        )


@asynccontextmanager
async def _disk_explained(local: LocalData) -> AsyncIterator[None]:
    """Whichever part of the program found the disk full or its data damaged, and however it says so."""
    try:
        yield
    except EmbeddedError:
        raise
    except asyncpg.DiskFullError as error:
        raise no_room(local.folder) from error
    except (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError) as error:
        raise EmbeddedError(
            f"The database in {local.servers} is damaged ({type(error).__name__}).",
            f"Restore {local.folder} as a whole from a backup, or move it away to start afresh.",
        ) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, AtsError, OSError) as error:
        if shutil.disk_usage(local.folder).free < FULL_BYTES:
            raise no_room(local.folder) from error
        raise


def _answers(base_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base_url}/health", timeout=READY_SECONDS):  # noqa: S310 -- our own address
            return True
    except urllib.error.HTTPError:
        # It answers; what it says of overdue erasures the worker is about to change.
        return True
    except OSError:
        return False


def _announce(local: LocalData, base_url: str, *, demo: bool) -> None:
    click.echo(f"ready {base_url}")
    if demo:
        click.echo("\nSign in at " + base_url + "/desk as")
        for each in SIGN_INS:
            click.echo(f"  {each.role:<20} {each.email:<36} {each.password}")
        click.echo(f"\nOutgoing mail, with the candidates' private links: {base_url}/demo/mail")
    click.echo(f"Data is kept in {local.folder}. Ctrl-C stops everything.")
