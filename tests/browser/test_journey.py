"""The whole path as people walk it: by reading, clicking and typing, with scripts and without."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.applicant import Applicant, make_applicant
from tests.browser.looking import look
from tests.browser.places import open_private_page, reload_until
from tests.support.browser import COORDINATOR, RECRUITER, sign_in

REASON = "The candidate asked us to check this with them."
VACANCY, AT_THE_DESK = "Information security consultant", "Consultant informatiebeveiliging"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_person_applies_is_read_masked_looks_who_looked_and_takes_it_all_back(visiting, tmp_path, scripts):
    applicant = make_applicant(tmp_path, "Noor" if scripts else "Mila")
    async with visiting(java_script_enabled=scripts) as page:
        await find_the_form(page)
        await apply_with_a_mistake_first(page, applicant)
        await open_private_page(page, applicant.email)
        own = page.url
        await expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello {applicant.name}")
    async with visiting(java_script_enabled=scripts) as page:
        application = await read_masked(page, applicant)
    async with visiting(java_script_enabled=scripts) as page:
        await show_what_is_restricted(page, applicant, application)
    async with visiting(java_script_enabled=scripts) as page:
        await page.goto(own)
        await see_who_looked(page)
        await leave_object_and_withdraw(page)
    async with visiting(java_script_enabled=scripts) as page:
        await sign_in(page, RECRUITER)
        gone = await page.goto(application)
        assert gone.status == 404


async def find_the_form(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("link", name=VACANCY).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(VACANCY)
    await page.get_by_role("link", name="Apply for this vacancy").click()
    # Nobody ticks anything for anybody.
    for box in await page.get_by_role("checkbox").all():
        await expect(box).not_to_be_checked()


async def apply_with_a_mistake_first(page: Page, applicant: Applicant) -> None:
    await page.get_by_label("Full name").press_sequentially(applicant.name)
    await page.get_by_label("E-mail address").press_sequentially("noor.example.org")
    await page.get_by_label("Telephone number").press_sequentially("0470 12 34 56")
    await page.get_by_label("CV", exact=True).set_input_files(applicant.cv)
    await page.get_by_label("Letter").set_input_files(applicant.letter)
    await page.get_by_label("Yes, keep my application in the talent pool").check()
    await page.get_by_role("button", name="Send application").click()

    # What is wrong is said once above and once at the field; everything else is still there, the documents too.
    await expect(page.get_by_role("alert")).to_contain_text("One thing needs your attention")
    email = page.get_by_label("E-mail address")
    await expect(email).to_have_attribute("aria-invalid", "true")
    await expect(email).to_have_value("noor.example.org")
    await expect(page.get_by_label("Full name")).to_have_value(applicant.name)
    await expect(page.get_by_label("Telephone number")).to_have_value("0470 12 34 56")
    await expect(page.get_by_label("Yes, keep my application in the talent pool")).to_be_checked()
    await expect(page.get_by_label("I object")).not_to_be_checked()
    for file in (applicant.cv, applicant.letter):
        await expect(page.get_by_text(f"{file.name} is kept")).to_be_visible()
    assert await look(page) == []

    await email.fill(applicant.email)
    await page.get_by_role("button", name="Send application").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your application has arrived")
    assert applicant.name not in page.url and applicant.email not in page.url


async def read_masked(page: Page, applicant: Applicant) -> str:
    """Read the application as its recruiter; gives its address."""
    await sign_in(page, RECRUITER)
    await page.get_by_role("link", name=AT_THE_DESK).click()
    await page.get_by_role("link", name=applicant.name).click()
    application = page.url
    texts = page.locator(".document-text")
    await reload_until(page, texts.nth(1))
    await expect_hidden(page, *applicant.restricted, *applicant.confidential)
    for words in applicant.plain:
        await expect(texts.first).to_contain_text(words)
    assert await page.locator(".masked").count() >= len(applicant.restricted + applicant.confidential)
    # What is restricted, a recruiter cannot even ask for.
    restricted = page.locator(".finding-restricted")
    assert await restricted.count() >= len(applicant.restricted)
    await expect(restricted.locator("form")).to_have_count(0)
    return application


async def expect_hidden(page: Page, *secrets: str) -> None:
    """Neither seen nor hidden in the source."""
    source = await page.content()
    assert not [secret for secret in secrets if secret in source]


async def show_what_is_restricted(page: Page, applicant: Applicant, application: str) -> None:
    await sign_in(page, COORDINATOR)
    await page.goto(application)
    await expect_hidden(page, *applicant.restricted)
    unopened = page.locator(".finding-restricted", has=page.locator("form"))
    while await unopened.count():
        part = unopened.first
        await part.locator("summary").click()
        await part.get_by_role("textbox").fill(REASON)
        await part.get_by_role("button").click()
        # Back where the part is.
        await page.wait_for_url(re.compile("#finding-"))
    for words in applicant.restricted:
        await expect(page.locator("mark", has_text=words).first).to_be_visible()
    assert await look(page, "nl") == []


async def see_who_looked(page: Page) -> None:
    shown = page.get_by_role("table", name="Sensitive parts that were shown")
    rows = shown.get_by_role("row").filter(has_text=REASON)
    await expect(rows.filter(has_text="National register number")).not_to_have_count(0)
    await expect(rows.filter(has_text="Health")).not_to_have_count(0)
    await expect(rows.filter(has_text="The privacy coordinator")).to_have_count(await rows.count())


async def leave_object_and_withdraw(page: Page) -> None:
    said = page.get_by_role("status")
    own = page.url
    await page.get_by_role("button", name="Leave the talent pool").click()
    await expect(said).to_contain_text("You have left the talent pool")
    await expect(page.get_by_text("You are not in our talent pool.")).to_be_visible()

    await page.get_by_role("button", name="Share with nobody").click()
    await expect(said).to_contain_text("Your objection is in force")
    await reload_until(page, page.get_by_text("Carried out and confirmed"))

    await page.get_by_role("button", name="Withdraw this application").click()
    await expect(said).to_contain_text("Your application is withdrawn")
    await expect(page.get_by_role("button", name="Withdraw this application")).to_have_count(0)
    # Opened again it says the same, without the notice.
    await page.goto(own)
    await expect(page.get_by_text("Withdrawn on")).to_be_visible()
    await expect(said).to_have_count(0)
    assert await look(page) == []
