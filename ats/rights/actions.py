"""What people do from their private page: each takes effect at once and is harmless when repeated."""

from datetime import datetime

from ats.applications.actions import refresh_due_dates
from ats.applications.own import has_applications
from ats.candidates import actions as links
from ats.candidates.queries import data_key, load_person
from ats.candidates.rules import private_url
from ats.core import audit, db
from ats.core.access import Candidate
from ats.core.services import Services
from ats.messages.actions import write_message
from ats.pool import actions as pool
from ats.sharing import actions as sharing
from ats.sharing.rules import ALL_AFFILIATES

CHANNEL_PAGE = "private page"


async def leave_pool(services: Services, actor: Candidate, *, channel: str, now: datetime) -> bool:
    """Withdraw the talent-pool consent (GDPR Art. 7(3)): out of the pool at once.

    Applications fall back to their own clock; what is past it becomes unreadable now and is erased after the grace.
    Gives whether anything of the person stays readable: if not, their page is gone as well.
    """
    async with db.transaction():
        if await pool.leave_pool(actor.id, channel=channel, now=now):
            await audit.record(
                audit.Tag.POOL_WITHDRAW, actor, now=now, candidate_id=actor.id, detail={"channel": channel}
            )
            await _confirm(services, actor, now)
            # The last write: what it hides can neither be read nor written with RETURNING in what follows. The mail
            # above is not handed over either, when nothing of the person stays.
            await refresh_due_dates(services, actor.id, now=now)
        return await has_applications(actor.id)


async def _confirm(services: Services, actor: Candidate, now: datetime) -> None:
    person = await load_person(actor.id)
    token = await links.new_link(actor.id, now=now)
    await write_message(
        services,
        actor.id,
        await data_key(services, actor.id),
        "pool_left",
        person.language,
        {"link": private_url(services.settings.base_url, token)},
        now=now,
    )


async def object_to_sharing(
    services: Services, actor: Candidate, *, channel: str, now: datetime, affiliate: str = ALL_AFFILIATES
) -> None:
    """Object to sharing with one affiliate (its key), or with all of them. Raises NotFound for an unknown affiliate."""
    async with db.transaction():
        await sharing.object_to_sharing(services, actor, actor.id, channel=channel, now=now, affiliate=affiliate)
