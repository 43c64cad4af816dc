"""What a choice weighs on the page: joining and leaving, pressing and letting be."""

from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.applicant import Applicant, make_applicant
from tests.browser.places import Places, open_private_page

# Lightness of the words against what is behind them, their size and thickness, and the room that can be pressed.
WEIGH = """(element) => {
  const style = getComputedStyle(element);
  const { width, height } = element.getBoundingClientRect();
  const luminance = (colour) => {
    const linear = colour.match(/[\\d.]+/g).slice(0, 3).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  let back = element;
  while (getComputedStyle(back).backgroundColor.endsWith(", 0)")) back = back.parentElement;
  const [dark, light] = [style.color, getComputedStyle(back).backgroundColor].map(luminance).sort((one, other) => one - other);
  return {
    size: parseFloat(style.fontSize), thickness: Number(style.fontWeight), height, folded: Boolean(element.closest("details")),
    contrast: (light + 0.05) / (dark + 0.05),
  };
}"""


async def weigh(element: Locator) -> dict[str, Any]:
    await element.scroll_into_view_if_needed()
    return await element.evaluate(WEIGH)


async def fill_in(page: Page, applicant: Applicant) -> None:
    await page.get_by_label("Full name").fill(applicant.name)
    await page.get_by_label("E-mail address").fill(applicant.email)
    await page.get_by_label("CV", exact=True).set_input_files(applicant.cv)


async def test_claim_34_leaving_takes_no_more_steps_than_joining(visiting, tmp_path):
    applicant = make_applicant(tmp_path, "Ilse")
    presses = {"joining": 0, "leaving": 0}

    async def press(what: str, element: Locator) -> None:
        presses[what] += 1
        await element.click()

    async with visiting() as page:
        await page.goto("/en/apply")
        await fill_in(page, applicant)
        # The box is ticked by whoever joins, and sent with the rest.
        join = page.locator("label", has_text="Yes, keep my application in the talent pool")
        joining = await weigh(join)
        objecting = await weigh(page.locator("label", has_text="I object"))
        await press("joining", join)
        await press("joining", page.get_by_role("button", name="Send application"))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your application has arrived")
    # A new context knows nothing: no session, no cookie, no account.
    async with visiting() as page:
        await open_private_page(page, applicant.email)
        leave = page.get_by_role("button", name="Leave the talent pool")
        leaving = await weigh(leave)
        await press("leaving", leave)
        await expect(page.get_by_role("status")).to_contain_text("You have left the talent pool")
        await expect(page.get_by_label("Password")).to_have_count(0)
        assert await page.context.cookies() == []
    assert presses["leaving"] <= presses["joining"]
    assert not leaving["folded"] and not joining["folded"]
    # Leaving is written as large, as thick and as clear as joining, and is as easy to hit.
    for what in ("size", "thickness", "contrast"):
        assert leaving[what] >= joining[what], (what, leaving, joining)
    assert leaving["height"] >= 24
    # On the form, saying no to sharing looks just like saying yes to the pool.
    assert (objecting["size"], objecting["thickness"], objecting["contrast"]) == (
        joining["size"],
        joining["thickness"],
        joining["contrast"],
    )


async def test_everything_on_the_form_is_reached_with_the_keyboard_in_the_order_in_which_it_stands(
    visiting, places: Places
):
    async with visiting() as page:
        await page.goto(f"/en/jobs/{places.job}/apply")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
        await page.keyboard.press("Enter")
        reached, tops = [], []
        for _ in range(30):
            await page.keyboard.press("Tab")
            name, top, outline = await page.evaluate(
                """() => {
                  const element = document.activeElement;
                  const top = element.getBoundingClientRect().top + scrollY;
                  return [element.id || element.textContent.trim(), top, getComputedStyle(element).outlineStyle];
                }"""
            )
            reached.append(name)
            tops.append(top)
            assert outline != "none", name
            if name == "Send application":
                break
    fields = ["field-name", "field-email", "field-telephone", "field-cv", "field-letter", "field-object", "field-pool"]
    assert [name for name in reached if name in fields] == fields
    assert reached[-1] == "Send application"
    assert tops == sorted(tops)
