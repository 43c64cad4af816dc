"""The looking itself: what it must notice, it notices."""

import pytest

from tests.browser.looking import look

DAMAGE = {
    "document.querySelector('label[for=field-name]').remove()": "a field without a label",
    "document.querySelector('main').append(document.createElement('h1'))": "not exactly one h1",
    "document.querySelector('h1').classList.add('unheard-of')": "class unheard-of is in no style sheet",
    "document.querySelector('h1').setAttribute('onnothing', 'x')": "something inline",
    "document.querySelector('.lede').style.color = 'rgb(160, 170, 168)'": "contrast",
    "document.querySelector('.form').style.inlineSize = '2000px'": "wider than the window",
    "document.querySelector('.button').style.cssText = 'min-block-size: 0; padding: 0; block-size: 12px'": "target of",
    "document.querySelector('#field-name').style.borderColor = 'rgb(230, 230, 230)'": "edge",
    "document.documentElement.lang = 'fr'": "lang is fr",
    "document.querySelector('#field-email-hint').remove()": "aria-describedby points to nothing",
}


@pytest.mark.parametrize(("damage", "finding"), DAMAGE.items(), ids=DAMAGE.values())
async def test_a_damaged_page_is_noticed(visiting, damage, finding):
    async with visiting() as page:
        await page.goto("/en/apply")
        await page.evaluate(damage)
        assert [each for each in await look(page, schemes=["light"]) if finding in each]


@pytest.mark.parametrize(
    ("deed", "fault"),
    [
        ("fetch('https://elsewhere.example/').catch(() => {})", "console: "),
        ("location.href = 'https://elsewhere.example/'", "left the site"),
        ("console.warn('something')", "console: something"),
        ("setTimeout(() => { throw new Error('broken') })", "script: "),
        ("document.body.append(Object.assign(new Image(), {src: '/static/nothing.svg'}))", "404: /static/nothing.svg"),
        ("document.body.setAttribute('style', 'color: red')", "console: "),
    ],
)
async def test_what_a_page_does_unseen_is_noticed(visiting, deed, fault):
    with pytest.raises(AssertionError, match=fault):
        async with visiting() as page:
            await page.goto("/en/apply")
            await page.evaluate(deed)
            await page.wait_for_timeout(500)
