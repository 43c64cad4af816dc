"""People who applied some time ago, on the way that the form takes, and what the database holds afterwards."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from ats.applications.actions import Submission, submit_application
from ats.candidates.actions import Contact, new_link
from ats.core import db
from ats.core.access import Visitor
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.documents.places import Purpose
from ats.documents.rules import Limits
from ats.documents.uploads import UploadSink
from tests.support.applying import CV, NOOR, Applicant

SCANNERS = (
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 SafeLinks/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp/2.23.20.0",
    "curl/8.5.0",
    "",
)


@dataclass(frozen=True)
class Known:
    """Somebody who applied: their id, their latest application, and the path of their private page."""

    candidate_id: UUID
    application_id: UUID
    path: str


async def applied(
    services: Services,
    applicant: Applicant = NOOR,
    *,
    days_ago: int = 0,
    vacancy: UUID | None = None,
    title: str = "",
    pool: bool = False,
    objects: bool = False,
    language: str = "en",
) -> Known:
    """Apply with a CV, `days_ago` days before today."""
    then = read_clock() - timedelta(days=days_ago)
    with db.as_of(services.today(then)):
        sink = UploadSink(services, "cv.txt", limits=Limits(), now=then)
        await sink.write(CV)
        await sink.finish()
        assert sink.received is not None
        submission = Submission(
            contact=Contact(applicant.name, applicant.email, "+32470123456", language),
            vacancy_id=vacancy,
            vacancy_title=title,
            documents=((Purpose.CV, sink.received),),
            joins_pool=pool,
            objects_to_sharing=objects,
            form_hash=hashlib.sha256(f"{applicant.email} {then}".encode()).digest(),
        )
        assert await submit_application(services, Visitor(), submission, now=then)
    async with db.transaction(), db.past_due_visible():
        row = await db.fetch_row(
            "SELECT candidate_id, application.id FROM application JOIN candidate ON candidate.id = candidate_id "
            "WHERE email = $1 ORDER BY applied_at DESC LIMIT 1",
            applicant.email,
        )
        assert row is not None
        token = await new_link(row["candidate_id"], now=then)
    return Known(row["candidate_id"], row["id"], f"/my/{token}")


async def fingerprint(superuser: asyncpg.Pool) -> dict[str, tuple[int, str | None]]:
    """For each table, how many rows there are and a digest of every row with the transaction that wrote it."""
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    found = {}
    for table in [row["tablename"] for row in tables]:
        row = await superuser.fetchrow(
            "SELECT count(*) AS rows, md5(string_agg(each::text || each.xmin::text || each.ctid::text, '|' "
            f'ORDER BY each.ctid)) AS digest FROM "{table}" AS each'
        )
        found[table] = (row["rows"], row["digest"])
    return found
