"""The whole path over HTTP: applying, reading, reviewing masked, revealing, objecting, leaving, withdrawing, erasing."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from lxml import html

from ats.core.clock import add_years, read_clock
from ats.core.tables import AuditEvent
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from tests.support.applying import ELIAS, NOOR, PLAIN, SECRETS, apply
from tests.support.cast import sign_in
from tests.support.mails import mails, private_path

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def texts(page):
    return html.fromstring(page).text_content()


async def press(client, page, ending):
    """Send the first form of a page whose address has this part, with its hidden fields, as a browser does."""
    form = next(each for each in html.fromstring(page).xpath("//form[@method='post']") if ending in each.get("action"))
    fields = {field.get("name"): field.get("value", "") for field in form.xpath(".//input[@type='hidden']")}
    return await client.post(form.get("action"), content=urlencode(fields), headers=FORM)


def reveal_actions(page):
    return html.fromstring(page).xpath("//form[contains(@action, '/reveal')]/@action")


async def tags_of(candidate_id=None):
    return [row["tag"] for row in await AuditEvent.select(AuditEvent.tag).order_by(AuditEvent.id)]


async def open_application(client, cast, name):
    """Follow the links of the desk to somebody's application."""
    listed = await client.get(f"/desk/vacancies/{cast.vacancy}")
    assert listed.status_code == 200
    links = html.fromstring(listed.text).xpath(
        f"//a[contains(., '{name}')]/@href | //li[contains(., '{name}')]//a/@href"
    )
    return await client.get(next(link for link in links if "/desk/applications/" in link))


async def test_a_person_applies_is_reviewed_masked_objects_leaves_and_withdraws(client, cast, services, work):
    # The careers site leads to the form.
    jobs = await client.get("/", headers={"Accept-Language": "en"}, follow_redirects=True)
    assert "Privacy consultant" in texts(jobs.text)
    answer = await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True)
    assert answer.status_code == 303
    thanks = await client.get(answer.headers["location"])
    assert thanks.status_code == 200
    assert NOOR.email not in str(thanks.url)

    # The worker reads the document and sends the confirmation.
    assert await work() >= 2
    assert len(mails(services, NOOR.email)) == 1

    # The recruiter sees the application in the list and reads it masked.
    await sign_in(client, cast.owner)
    application = await open_application(client, cast, NOOR.name)
    assert PLAIN in texts(application.text)
    assert not [secret for secret in SECRETS if secret in application.text]

    # Restricted parts are not for the recruiter; the privacy coordinator gives a reason.
    await sign_in(client, cast.coordinator)
    for_coordinator = await client.get(application.request.url.path)
    actions = reveal_actions(for_coordinator.text)
    assert actions
    assert not [secret for secret in SECRETS if secret in for_coordinator.text]
    refused = await client.post(actions[0], data={"reason": "short"})
    assert refused.status_code == 422
    for action in actions:
        shown = await client.post(action, data={"reason": "The candidate asked us to check this."})
        assert shown.status_code == 303
    after = await client.get(application.request.url.path)
    assert all(secret in texts(after.text) for secret in SECRETS)
    assert "staff:finding:reveal" in await tags_of()
    # What one person was shown, the next one is not.
    await sign_in(client, cast.owner)
    assert not [secret for secret in SECRETS if secret in (await client.get(application.request.url.path)).text]

    # The candidate's link: what is held, who looked, and three acts.
    await sign_in(client, None)
    path = private_path(services, NOOR.email)
    own = await client.get(path)
    assert own.status_code == 200
    assert "The candidate asked us to check this." in texts(own.text)
    left = await press(client, own.text, "leave-pool")
    assert left.status_code == 303
    objected = await press(client, (await client.get(path)).text, "/object")
    assert objected.status_code == 303
    await work()
    assert any("object" in mail.get_content().lower() for mail in mails(services, NOOR.email)[1:])
    assert "system:sharing:record-objection" in await tags_of()
    withdrawn = await press(client, (await client.get(path)).text, "/withdraw/")
    assert withdrawn.status_code == 303

    # At once nobody at the desk sees it any more; the candidate still does, until it is erased.
    await sign_in(client, cast.owner)
    assert (await client.get(application.request.url.path)).status_code == 404
    await sign_in(client, None)
    assert (await client.get(path)).status_code == 200
    report = await sweep(
        services, HOLDING_PEOPLE, on=services.today(read_clock()), now=read_clock() + timedelta(hours=25)
    )
    assert (report.candidates, report.failed) == (1, 0)
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(("pool", "years"), [(False, 1), (True, 3)])
async def test_an_application_is_erased_on_its_date_and_not_a_day_before(client, cast, services, work, pool, years):
    await apply(client, ELIAS, vacancy=cast.vacancy_slug, pool=pool)
    await work()
    path = private_path(services, ELIAS.email)
    now = read_clock()
    due = add_years(services.today(now), years)
    early = await sweep(services, HOLDING_PEOPLE, on=due - timedelta(days=1), now=now)
    assert (early.candidates, early.applications) == (0, 0)
    assert (await client.get(path)).status_code == 200
    on_time = await sweep(services, HOLDING_PEOPLE, on=due, now=now)
    assert (on_time.candidates, on_time.failed) == (1, 0)
    assert (await client.get(path)).status_code == 404
