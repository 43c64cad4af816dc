"""What the published statement says about time is what the clocks do, and what was published stays what it was."""

import re
from dataclasses import replace

import msgspec
import pytest

from ats.consent.actions import publish
from ats.consent.queries import events_of, statement_text
from ats.consent.rules import statement_hash
from ats.consent.statement import pool_wording, render_statement
from ats.core.clock import add_years, read_clock
from ats.organisation import LANGUAGES, Retention
from tests.rights.people import applied
from tests.support.applying import form_path

YEARS = re.compile(r"(\d+)\s+(?:jaar|ans?|years?|Jahre?)\b")
HOURS = re.compile(r"(\d+)\s+(?:uur|heures?|hours?|Stunden?)\b")
TAGS = re.compile("<[^>]+>")


def with_retention(services, retention):
    organisation = msgspec.structs.replace(services.organisation, retention=retention)
    return replace(services, settings=msgspec.structs.replace(services.settings, organisation=organisation))


@pytest.mark.parametrize(
    "retention", [Retention(), Retention(1, 2, 48), Retention(1, 1, 1), Retention(1, 3, 0)], ids=str
)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_claim_24_every_period_in_the_statement_is_the_one_of_the_clocks(
    services, superuser, retention, language
):
    changed = with_retention(services, retention)
    text = TAGS.sub("", render_statement(changed.organisation).texts[language])
    years = [int(number) for number in YEARS.findall(text)]
    hours = [int(number) for number in HOURS.findall(text)]
    # Applications, the pool, and what came without an application; nothing else is counted in years.
    assert years == [retention.application_years, retention.pool_years, retention.application_years]
    assert hours == ([retention.grace_hours] if retention.grace_hours else [])
    assert [int(each) for each in YEARS.findall(pool_wording(changed.organisation, language))] == [retention.pool_years]

    await publish(changed, now=read_clock())
    await applied(changed, pool=True, language=language)
    row = await superuser.fetchrow(
        "SELECT applied_on, due_on, statement_hash, texts ->> $1 AS text FROM application "
        "JOIN statement_version ON hash = statement_hash",
        language,
    )
    assert TAGS.sub("", row["text"]) == text
    assert row["due_on"] == add_years(row["applied_on"], years[1])
    await superuser.execute("DELETE FROM pool_membership")


async def test_claim_24_the_page_and_the_form_show_the_same_periods(client, services):
    for language in LANGUAGES:
        page = TAGS.sub("", (await client.get(f"/{language}/privacy")).text)
        keep = services.organisation.retention
        assert {int(number) for number in YEARS.findall(page)} == {keep.application_years, keep.pool_years}
        form = TAGS.sub("", (await client.get(form_path(language))).text)
        assert {int(number) for number in YEARS.findall(form)} <= {keep.application_years, keep.pool_years}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_claim_33_what_a_person_saw_can_be_shown_again_to_the_byte(client, services, language):
    shown = render_statement(services.organisation)
    words = pool_wording(services.organisation, language)
    that_day = (await client.get(f"/{language}/privacy")).text
    assert shown.texts[language] in that_day
    assert words in (await client.get(form_path(language))).text.replace("&#39;", "'")
    known = await applied(services, pool=True, language=language)
    # Years later: another organisation's name, other periods, the same instance.
    changed = with_retention(services, Retention(1, 2, 72))
    assert await publish(changed, now=read_clock()) != shown.hash
    events = await events_of(known.candidate_id)
    assert {event.statement_hash for event in events} == {shown.hash}
    for event in events:
        assert event.wording == words
        assert event.language == language
        assert (await statement_text(event.statement_hash, language)).encode() == shown.texts[language].encode()
    again = (await client.get(f"/{language}/privacy/{shown.hash}")).text
    assert shown.texts[language] in again
    texts = {each: await statement_text(shown.hash, each) for each in LANGUAGES}
    assert statement_hash(texts) == shown.hash


async def test_publishing_the_same_statement_again_adds_nothing(services, superuser):
    before = await superuser.fetch("SELECT * FROM statement_version")
    for _ in range(3):
        await publish(services, now=read_clock())
    assert await superuser.fetch("SELECT * FROM statement_version") == before
