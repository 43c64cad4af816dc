"""What candidates get by mail: every template in every language, and what must never stand in one."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx
import pytest

from ats.core import outbox
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.organisation import LANGUAGES, load_organisation
from ats.web.environment import FOLDER, render
from tests.rights.people import applied
from tests.support.applying import NOOR, SECRETS
from tests.support.mails import mails

Work = Callable[[], Awaitable[int]]
LINK = "https://ats.test/my/token"
CONTEXTS = [
    ("application_received", {"vacancy": "Privacy consultant", "link": LINK, "in_pool": "yes"}),
    ("application_received", {"vacancy": "", "link": LINK, "in_pool": ""}),
    ("application_withdrawn", {"erase_after": "2026-11-25T16:30:00+00:00"}),
    ("objection_recorded", {"affiliate": "", "link": LINK}),
    ("objection_recorded", {"affiliate": "Infosentry Nederland BV", "link": LINK}),
    ("pool_left", {"link": LINK}),
]
ORGANISATION = load_organisation()


def mail_text(template: str, language: str, context: dict[str, str]) -> tuple[str, str]:
    """Subject and body as the messages room takes them apart."""
    text = render(f"mail/{template}.txt", language, organisation=ORGANISATION, name="Noor O'Brien & co", **context)
    subject, _, body = text.strip().partition("\n")
    return subject, body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("template", "context"), CONTEXTS)
def test_every_mail_has_a_subject_a_greeting_and_its_link(
    template: str, context: dict[str, str], language: str
) -> None:
    subject, body = mail_text(template, language, context)
    assert 10 < len(subject.strip()) < 100
    assert body.startswith("\n")
    assert "Noor O'Brien & co" in body
    assert ORGANISATION.name in body
    if "link" in context:
        assert f"\n{LINK}\n" in body
    assert "\n\n\n" not in body


def test_every_template_is_among_the_tested_ones() -> None:
    assert {path.stem for path in Path(FOLDER, "mail").glob("*.txt")} == {template for template, _ in CONTEXTS}


def test_the_confirmation_announces_sharing_and_how_to_object() -> None:
    _, body = mail_text("application_received", "en", CONTEXTS[0][1])
    for affiliate in ORGANISATION.affiliates:
        assert f"- {affiliate.name}\n" in body
    assert "object to this at any time on your private page" in body


def test_the_confirmation_says_how_long_by_what_the_person_chose() -> None:
    in_pool = mail_text("application_received", "en", CONTEXTS[0][1])[1]
    not_in_pool = mail_text("application_received", "en", CONTEXTS[1][1])[1]
    assert "at most 3 years" in in_pool and "for 1 year after" not in in_pool
    assert "for 1 year after the day" in not_in_pool and "talent pool" not in not_in_pool.lower()


def test_the_moment_of_the_erasure_is_the_organisations_time() -> None:
    _, body = mail_text("application_withdrawn", "en", {"erase_after": "2026-11-25T23:30:00+00:00"})
    assert "26 Nov 2026" in body and "00:30" in body


async def test_the_confirmation_reaches_the_person_with_a_link_that_works_and_nothing_sensitive(
    client: httpx.AsyncClient, services: Services, work: Work
) -> None:
    await applied(services, pool=True, language="nl")
    await work()
    (mail,) = mails(services, NOOR.email)
    assert mail["To"] == f"{NOOR.name} <{NOOR.email}>"
    text = mail.as_string()
    assert not any(secret in text for secret in SECRETS)
    link = next(line for line in mail.get_content().splitlines() if "/my/" in line)
    assert (await client.get(link)).status_code == 200


async def test_a_mail_says_in_which_language_it_is(services: Services, work: Work) -> None:
    await applied(services, language="fr")
    await work()
    assert mails(services, NOOR.email)[0]["Content-Language"] == "fr"


async def test_what_was_in_a_mail_is_forgotten_once_it_is_handed_over(
    services: Services, superuser: asyncpg.Pool, work: Work
) -> None:
    await applied(services)
    assert await superuser.fetchval("SELECT octet_length(context) FROM message") > 0
    await work()
    assert await superuser.fetchval("SELECT context FROM message") is None


async def test_nobody_past_their_date_is_written_to(services: Services, work: Work) -> None:
    await applied(services, days_ago=400)
    await work()
    assert mails(services) == []
    assert await outbox.waiting(now=read_clock()) == []
