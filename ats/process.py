"""What every process of the product opens at its start and closes at its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ats.candidates.queries import unknown_master_keys
from ats.consent.actions import publish
from ats.core import db
from ats.core.bell import ArqBell
from ats.core.blobs import open_blobs
from ats.core.clock import read_clock
from ats.core.mail import open_mailer
from ats.core.migrate import pending
from ats.core.outbox import Doorbell
from ats.core.services import Services
from ats.settings import Settings


class NotMigrated(RuntimeError):
    """The database is behind the program; `ats migrate` brings it up to date."""

    def __init__(self) -> None:
        super().__init__("the database is not up to date: run `ats migrate`")


class WrongMasterKey(RuntimeError):
    """What is stored was locked with a master key that is not given, or not the same any more."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__(
            f"the master key does not open what is stored: the one with the id {', '.join(ids)} is missing or another. "
            "Put the right one back from your copy (after the new one, with a comma between, if you were rotating)"
        )


@asynccontextmanager
async def open_services(settings: Settings, *, name: str) -> AsyncIterator[Services]:
    """Connect to everything and publish the present statement.

    name: of the process, as the database sees it. Raises NotMigrated, WrongMasterKey, UnsafeRole, OSError or
    asyncpg.PostgresError. Redis need not be there: nothing depends on it but speed.
    """
    await db.connect(
        settings.database_url, size=settings.database_pool, timezone=settings.organisation.timezone, name=name
    )
    bell = ArqBell(settings.redis_url)
    doorbell = Doorbell(bell.ring)
    try:
        if await pending():
            raise NotMigrated
        # Otherwise new people would be locked with one key, and those who are there with another.
        if unknown := await unknown_master_keys(settings.keyring):
            raise WrongMasterKey(unknown)
        services = Services(
            settings=settings,
            blobs=open_blobs(settings.files_url, settings.files_access),
            mailer=open_mailer(settings.mail_url),
            doorbell=doorbell,
        )
        await publish(services, now=read_clock())
        yield services
    finally:
        await doorbell.quiet()
        await bell.close()
        await db.disconnect()
